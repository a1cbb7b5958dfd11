// Threads that share one loop: the C kernel API gives no access to TensorFlow's own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace engine::norm {

class Workers {
 public:
  // Called with (first, last, part), many times for one loop; parts are numbered from 0 to threads() - 1, and one part is one thread.
  using Body = std::function<void(size_t first, size_t last, size_t part)>;

  // The process's own; they live until it ends.
  static Workers& Get();

  void SetThreads(size_t threads);
  size_t threads() const { return threads_; }

  // Runs body over pieces that cover [0, count), and returns when all are done. The caller takes pieces too and waits for no thread that has
  // not begun: on a busy machine a loop may end before one wakes. A caller that finds the threads at work for another does it all alone.
  void For(size_t count, const Body& body);

 private:
  void Serve(size_t part);
  void Take(const Body& body, size_t part);

  size_t threads_ = 1;
  size_t helpers_ = 0;
  std::mutex busy_;

  std::mutex mutex_;  // of what follows
  std::condition_variable wake_, left_;
  const Body* body_ = nullptr;  // null while there is no loop to join
  std::atomic<size_t> joined_{0};

  std::atomic<uint64_t> round_{0};  // loops begun
  std::atomic<size_t> next_{0};
  size_t count_ = 0;
  size_t piece_ = 1;
};

}  // namespace engine::norm
