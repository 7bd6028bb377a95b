// Names of module orm, declared and not defined.

#pragma once

namespace rowan {
class EntityManager;
class Orm;
struct Config;
namespace orm {
class UnitOfWork;
struct OrmState;
}  // namespace orm
}  // namespace rowan
