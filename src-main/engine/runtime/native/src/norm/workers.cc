#include "workers.h"

#include <algorithm>

namespace engine::norm {
namespace {

// Some microseconds: the next loop of the same op comes within them, and a sleeping thread takes longer to wake.
constexpr int kSpins = 500;

// Pieces a thread: enough that threads of unlike speed end together.
constexpr size_t kPieces = 8;

inline void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

}  // namespace

// Never destroyed: its threads may not outlive it, and TensorFlow's may still call it while the process ends.
Workers& Workers::Get() {
  static auto* workers = new Workers();
  return *workers;
}

void Workers::SetThreads(size_t threads) {
  std::lock_guard<std::mutex> alone(busy_);
  threads_ = std::max<size_t>(1, threads);
  for (; helpers_ + 1 < threads_; ++helpers_) std::thread(&Workers::Serve, this, helpers_ + 1).detach();
}

void Workers::Take(const Body& body, size_t part) {
  for (;;) {
    const size_t first = next_.fetch_add(piece_, std::memory_order_relaxed);
    if (first >= count_) return;
    body(first, std::min(count_, first + piece_), part);
  }
}

void Workers::For(size_t count, const Body& body) {
  std::unique_lock<std::mutex> alone(busy_, std::try_to_lock);
  if (!alone.owns_lock() || threads_ == 1 || count < threads_) return body(0, count, 0);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    body_ = &body;
    count_ = count;
    piece_ = std::max<size_t>(1, count / (threads_ * kPieces));
    next_.store(0, std::memory_order_relaxed);
    round_.fetch_add(1, std::memory_order_release);
  }
  wake_.notify_all();
  Take(body, 0);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    body_ = nullptr;  // whoever has not joined by now comes too late
  }
  // The last pieces are short: whoever works on them is done before this thread would have been woken again.
  for (int spin = 0; spin < kSpins && joined_.load(std::memory_order_acquire) != 0; ++spin) Pause();
  if (joined_.load(std::memory_order_acquire) == 0) return;
  std::unique_lock<std::mutex> lock(mutex_);
  left_.wait(lock, [this] { return joined_.load(std::memory_order_acquire) == 0; });
}

void Workers::Serve(size_t part) {
  uint64_t seen = 0;
  for (;;) {
    for (int spin = 0; spin < kSpins && round_.load(std::memory_order_relaxed) == seen; ++spin) Pause();
    const Body* body;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait(lock, [&] { return round_.load(std::memory_order_relaxed) != seen; });
      seen = round_.load(std::memory_order_relaxed);
      body = body_;
      if (body == nullptr || part >= threads_) continue;
      joined_.fetch_add(1, std::memory_order_relaxed);
    }
    Take(*body, part);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (joined_.fetch_sub(1, std::memory_order_release) == 1) left_.notify_one();
    }
  }
}

}  // namespace engine::norm
