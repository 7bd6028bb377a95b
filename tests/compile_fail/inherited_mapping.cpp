// A class that has only the mapping of its base.
// expect: this class only inherits the mapping of its base: give it a mapping of its own

#include <rowan/declare/declare.hpp>
#include <rowan/model/model.hpp>

#include <cstdint>
#include <string>

struct Animal {
  std::int64_t id{};
  static consteval auto mapping() { return rowan::entity<Animal>(rowan::primary_key<&Animal::id>); }
};

struct Cat : Animal {
#ifndef ROWAN_FAIL
  static consteval auto mapping() { return rowan::entity<Cat>(rowan::primary_key<&Cat::id>); }
#endif
};

auto classes() { return rowan::entities<Animal, Cat>(); }
