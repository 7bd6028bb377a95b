#!/usr/bin/env python3
"""Prints a translation unit with so many entities: mapped and queried, or with --empty their structs only.

Usage: make_entities.py COUNT [--empty]
"""

import sys

HEAD = """\
// {count} entities{what}; made by benchmarks/compile/make_entities.py.

#include <rowan/rowan.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace generated {{
"""

STRUCT = """\
struct Entity{i} {{
  std::int64_t id{{}};
  std::string name;
  std::optional<std::string> remark{{}};
  std::optional<std::int32_t> age{{}};
  double price = 0;
  bool active = false;
{relations}  rowan::Timestamp created_at = rowan::now();
}};
"""

MAPPING = """\
template <>
inline constexpr auto rowan::mapping<generated::Entity{i}> = rowan::entity<generated::Entity{i}>(
    rowan::primary_key<&generated::Entity{i}::id>,
    rowan::property<&generated::Entity{i}::name>.unique(),
    rowan::property<&generated::Entity{i}::remark>.length(100),
    rowan::property<&generated::Entity{i}::age>,
    rowan::property<&generated::Entity{i}::price>,
    rowan::property<&generated::Entity{i}::active>.default_value(false),
{relations}    rowan::property<&generated::Entity{i}::created_at>);
"""

QUERIES = """\
std::size_t use_{i}(rowan::EntityManager& em) {{
  em.create<Entity{i}>({{.name = "new"{owner_value}}});
  Entity{i}& one = em.find_one_or_fail<Entity{i}>(f<&Entity{i}::name> == "new");
  one.price += 1;
  auto page = em.find<Entity{i}>(f<&Entity{i}::age> > 18 && f<&Entity{i}::active> == true{owner_filter},
                                 {{{populate}.order_by = {{f<&Entity{i}::created_at>.desc()}}, .limit = 20}});
  auto rows = em.query<Entity{i}>()
                  .select(f<&Entity{i}::name>, f<&Entity{i}::price>)
                  .where(f<&Entity{i}::remark>.is_not_null())
                  .rows();
  em.remove(one);
  em.flush();
  return page.size() + rows.size() + em.count<Entity{i}>(f<&Entity{i}::price> < 10.0);
}}
"""


def main() -> int:
    count = int(sys.argv[1])
    empty = "--empty" in sys.argv[2:]
    what = ", structs only" if empty else " with mappings and queries"
    out = [HEAD.format(count=count, what=what)]
    out += [f"struct Entity{i};" for i in range(count)] + [""]
    for i in range(count):
        relations = ""
        if i > 0:
            relations += f"  rowan::Ref<Entity{i - 1}> owner;\n"
        if i + 1 < count:
            relations += f"  rowan::Collection<Entity{i + 1}> parts{{}};\n"
        out.append(STRUCT.format(i=i, relations=relations))
    out.append("}  // namespace generated\n")
    if not empty:
        for i in range(count):
            relations = ""
            if i > 0:
                relations += f"    rowan::many_to_one<&generated::Entity{i}::owner>.index(),\n"
            if i + 1 < count:
                relations += (f"    rowan::one_to_many<&generated::Entity{i}::parts, "
                              f"&generated::Entity{i + 1}::owner>,\n")
            out.append(MAPPING.format(i=i, relations=relations))
        out.append("namespace generated {\n\nusing rowan::f;\n")
        for i in range(count):
            owner = f"em.find_one_or_fail<Entity{i - 1}>(1)"
            out.append(QUERIES.format(
                i=i,
                owner_value=f", .owner = {owner}" if i > 0 else "",
                owner_filter=(f" && f<&Entity{i}::owner, &Entity{i - 1}::name> == \"x\"" if i > 0
                              else ""),
                populate=f".populate = {{f<&Entity{i}::owner>}}, " if i > 0 else ""))
        out.append("}  // namespace generated")
    print("\n".join(out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
