// Starting a program with its output in a pipe.

#include <apt_catalog/command_stream.hpp>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

extern char** environ;

namespace apt_catalog {
namespace {

[[noreturn]] void fail(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

}  // namespace

DescriptorBuffer::~DescriptorBuffer() { close(descriptor_); }

DescriptorBuffer::int_type DescriptorBuffer::underflow() {
  ssize_t got = 0;
  do {
    got = read(descriptor_, buffer_.data(), buffer_.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) fail(errno, "read");  // the stream becomes bad
  setg(buffer_.data(), buffer_.data(), buffer_.data() + got);
  return got == 0 ? traits_type::eof() : traits_type::to_int_type(buffer_.front());
}

CommandStream::Process CommandStream::start(const std::vector<std::string>& arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail(errno, "pipe");
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) {
    pointers.push_back(const_cast<char*>(argument.c_str()));  // the interface is older than const
  }
  pointers.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  Process process{.output = ends[0]};
  const int error =
      posix_spawn(&process.id, pointers[0], &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (error != 0) {
    close(ends[0]);
    fail(error, arguments.front());
  }
  return process;
}

CommandStream::CommandStream(const std::vector<std::string>& arguments)
    : process_(start(arguments)), buffer_(process_.output), stream_(&buffer_) {}

CommandStream::~CommandStream() {
  if (process_.id < 0) return;
  kill(process_.id, SIGTERM);  // it may wait for a reader of its output for ever
  (void)wait();
}

bool CommandStream::wait() {
  int status = 0;
  pid_t ended = -1;
  do {
    ended = waitpid(process_.id, &status, 0);
  } while (ended < 0 && errno == EINTR);
  process_.id = -1;
  return ended >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace apt_catalog
