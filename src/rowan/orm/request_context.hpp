// The entity manager of the request that runs, found by the global manager.

#pragma once

namespace rowan {

class EntityManager;

namespace orm {
class UnitOfWork;
struct OrmState;
struct ContextFrame;
}  // namespace orm

/// Gives each request an entity manager of its own.
///
/// Thread safety: each thread, or fiber where set_storage() was called, has a context of its own.
class RequestContext {
 public:
  /// Runs `body` with a fresh fork of `global` in place; the fork ends with it. Contexts nest.
  template <class Body>
  static void run(EntityManager& global, Body&& body) {
    const Scope scope(global);
    body();
  }
  /// Returns the manager of the running request for the ORM of `global`, or null outside of one.
  [[nodiscard]] static EntityManager* current(EntityManager& global) noexcept;

  /// Says where the current context is kept: a function that returns the place for the running fiber.
  /// Call it once before the first request; without it the place is thread-local.
  using Storage = orm::ContextFrame*& (*)();
  static void set_storage(Storage storage) noexcept;

 private:
  friend class EntityManager;
  friend class orm::UnitOfWork;
  static EntityManager* find(const orm::OrmState* state) noexcept;
  /// Returns an address that stands for the running thread or fiber.
  static const void* place() noexcept;
  class Scope {
   public:
    explicit Scope(EntityManager& global);
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope();

   private:
    orm::ContextFrame* frame_;
  };
};

}  // namespace rowan
