// The stack of request contexts of one thread or fiber.

#include <rowan/orm/request_context.hpp>

#include <rowan/orm/entity_manager.hpp>

#include <atomic>

namespace rowan {

namespace orm {

struct ContextFrame {
  const OrmState* state;
  EntityManager manager;
  ContextFrame* outer;
};

}  // namespace orm

namespace {

orm::ContextFrame*& thread_storage() {
  thread_local orm::ContextFrame* frame = nullptr;
  return frame;
}

std::atomic<RequestContext::Storage> storage{&thread_storage};

}  // namespace

void RequestContext::set_storage(Storage replacement) noexcept { storage = replacement; }

RequestContext::Scope::Scope(EntityManager& global) : frame_(nullptr) {
  orm::ContextFrame*& top = storage.load()();
  frame_ = new orm::ContextFrame{global.state(), global.fork(), top};
  top = frame_;
}

RequestContext::Scope::~Scope() {
  storage.load()() = frame_->outer;
  delete frame_;
}

EntityManager* RequestContext::find(const orm::OrmState* state) noexcept {
  for (orm::ContextFrame* frame = storage.load()(); frame != nullptr; frame = frame->outer) {
    if (frame->state == state) return &frame->manager;
  }
  return nullptr;
}

const void* RequestContext::place() noexcept { return &storage.load()(); }

EntityManager* RequestContext::current(EntityManager& global) noexcept {
  return find(global.state());
}

}  // namespace rowan
