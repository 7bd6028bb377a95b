// The mapping of the classes of mapping_far_class.hpp.

#pragma once

#include "mapping_far_class.hpp"

#include <rowan/rowan.hpp>

template <>
inline constexpr auto rowan::mapping<forms::FarShelf> =
    rowan::entity<forms::FarShelf>(
        rowan::primary_key<&forms::FarShelf::id>,
        rowan::property<&forms::FarShelf::name>,
        rowan::one_to_many<&forms::FarShelf::books, &forms::FarBook::shelf>)
        .table("forms_shelf");
template <>
inline constexpr auto rowan::mapping<forms::FarBook> =
    rowan::entity<forms::FarBook>(rowan::primary_key<&forms::FarBook::id>,
                                  rowan::property<&forms::FarBook::title>,
                                  rowan::many_to_one<&forms::FarBook::shelf>)
        .table("forms_book");
