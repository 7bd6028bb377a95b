// Names of module model, declared and not defined.

#pragma once

namespace rowan {
template <class T>
class Ref;
template <class T>
class OptionalRef;
template <class T>
class Collection;
template <class T>
class EntityList;
}  // namespace rowan
