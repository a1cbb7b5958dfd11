#include "listen.h"

#ifdef __linux__

#include <arpa/inet.h>
#include <link.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <mutex>
#include <string_view>

namespace engine {
namespace {

// Read by whichever thread TensorFlow binds on.
std::mutex guard;
std::string listen_address;

bool IsAny(const sockaddr_in6& address) {
  const auto& ip = address.sin6_addr;
  return IN6_IS_ADDR_UNSPECIFIED(&ip) || (IN6_IS_ADDR_V4MAPPED(&ip) && std::memcmp(ip.s6_addr + 12, "\0\0\0\0", 4) == 0);
}

// bind() as the patched library calls it.
int BindHere(int socket, const sockaddr* address, socklen_t length) {
  std::string wanted;
  {
    std::lock_guard<std::mutex> lock(guard);
    wanted = listen_address;
  }
  if (wanted.empty()) return bind(socket, address, length);
  in_addr four;
  const bool is_four = inet_pton(AF_INET, wanted.c_str(), &four) == 1;
  if (address->sa_family == AF_INET && length >= sizeof(sockaddr_in)) {
    sockaddr_in own;
    std::memcpy(&own, address, sizeof own);
    if (own.sin_addr.s_addr == htonl(INADDR_ANY) && is_four) own.sin_addr = four;
    return bind(socket, reinterpret_cast<const sockaddr*>(&own), sizeof own);
  }
  if (address->sa_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
    sockaddr_in6 own;
    std::memcpy(&own, address, sizeof own);
    if (IsAny(own)) {
      // A socket for both families takes an IPv4 address in its IPv6 form.
      inet_pton(AF_INET6, is_four ? ("::ffff:" + wanted).c_str() : wanted.c_str(), &own.sin6_addr);
    }
    return bind(socket, reinterpret_cast<const sockaddr*>(&own), sizeof own);
  }
  return bind(socket, address, length);
}

// Points one slot at our function. It may lie on a page that the loader has made read-only.
bool Patch(ElfW(Addr) slot) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  auto* start = reinterpret_cast<void*>(slot & ~(page - 1));
  if (mprotect(start, page, PROT_READ | PROT_WRITE) != 0) return false;
  const auto function = reinterpret_cast<ElfW(Addr)>(&BindHere);
  std::memcpy(reinterpret_cast<void*>(slot), &function, sizeof function);
  return true;
}

struct Tables {
  const char* strings = nullptr;
  const ElfW(Sym)* symbols = nullptr;
  const ElfW(Rela)* relocations[2] = {};
  size_t bytes[2] = {};
};

Tables TablesOf(const dl_phdr_info& object) {
  Tables tables;
  const auto at = [&](ElfW(Addr) pointer) { return pointer < object.dlpi_addr ? object.dlpi_addr + pointer : pointer; };
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    if (object.dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    for (auto* entry = reinterpret_cast<const ElfW(Dyn)*>(object.dlpi_addr + object.dlpi_phdr[i].p_vaddr); entry->d_tag != DT_NULL; ++entry) {
      const auto pointer = at(entry->d_un.d_ptr);
      if (entry->d_tag == DT_STRTAB) tables.strings = reinterpret_cast<const char*>(pointer);
      if (entry->d_tag == DT_SYMTAB) tables.symbols = reinterpret_cast<const ElfW(Sym)*>(pointer);
      if (entry->d_tag == DT_JMPREL) tables.relocations[0] = reinterpret_cast<const ElfW(Rela)*>(pointer);
      if (entry->d_tag == DT_PLTRELSZ) tables.bytes[0] = entry->d_un.d_val;
      if (entry->d_tag == DT_RELA) tables.relocations[1] = reinterpret_cast<const ElfW(Rela)*>(pointer);
      if (entry->d_tag == DT_RELASZ) tables.bytes[1] = entry->d_un.d_val;
    }
  }
  return tables;
}

// Patches the references to bind() of one loaded object; `data` counts them.
int PatchObject(dl_phdr_info* object, size_t, void* data) {
  const std::string_view path(object->dlpi_name);
  if (path.substr(path.rfind('/') + 1).rfind("libtensorflow", 0) != 0) return 0;
  const Tables tables = TablesOf(*object);
  if (!tables.strings || !tables.symbols) return 0;
  auto& count = *static_cast<int*>(data);
  // The second table is a million entries long, and only builds without a procedure linkage table have the name there.
  for (int table = 0, before = count; table < 2 && count == before; ++table) {
    for (size_t i = 0; tables.relocations[table] && i < tables.bytes[table] / sizeof(ElfW(Rela)); ++i) {
      const auto& relocation = tables.relocations[table][i];
      const auto symbol = ELF64_R_SYM(relocation.r_info);
      if (symbol == 0 || std::strcmp(tables.strings + tables.symbols[symbol].st_name, "bind") != 0) continue;
      if (Patch(object->dlpi_addr + relocation.r_offset)) ++count;
    }
  }
  return 0;
}

}  // namespace

bool ListenAt(const std::string& address) {
  static const int patched = [] {
    int slots = 0;
    dl_iterate_phdr(PatchObject, &slots);
    return slots;
  }();
  std::lock_guard<std::mutex> lock(guard);
  listen_address = address;
  return patched > 0;
}

}  // namespace engine

#else

namespace engine {

bool ListenAt(const std::string&) { return false; }

}  // namespace engine

#endif
