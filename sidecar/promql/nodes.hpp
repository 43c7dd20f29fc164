// SPDX-License-Identifier: Apache-2.0
// How each kind of node is made. Private to promql; bind() puts them together.
#pragma once

#include <string>

#include "promql/ast.hpp"
#include "promql/bind.hpp"
#include "promql/node.hpp"

namespace outrider::promql {

ScalarNodePtr make_number(double value);
ScalarNodePtr make_scalar_negation(ScalarNodePtr operand);
ScalarNodePtr make_scalar_binary(BinaryOperator op, ScalarNodePtr left, ScalarNodePtr right);
ScalarNodePtr make_time();
/// The one element's value; NaN unless there is exactly one.
ScalarNodePtr make_scalar_of(VectorNodePtr vector);

VectorNodePtr make_vector_of(ScalarNodePtr scalar);
VectorNodePtr make_selector(const VectorSelector& selector, const BindContext& context);
/// `parameter` is null unless the function takes a scalar.
VectorNodePtr make_range_function(FunctionKind kind, const MatrixSelector& matrix,
                                  ScalarNodePtr parameter, const BindContext& context);
VectorNodePtr make_absent(const Expr& argument, VectorNodePtr operand);
/// label_replace: `target` becomes what `replacement` makes of `source`, where `regex`
/// matches all of it.
struct LabelChange {
  std::string target;
  std::string replacement;
  std::string source;
  std::string regex;
};
VectorNodePtr make_label_replacement(VectorNodePtr operand, const LabelChange& change);
VectorNodePtr make_histogram_quantile(ScalarNodePtr quantile, VectorNodePtr buckets);
VectorNodePtr make_vector_negation(VectorNodePtr operand);
/// abs, clamp and the like, of each element; `parameters` follow the vector.
VectorNodePtr make_math_function(FunctionKind kind, VectorNodePtr operand,
                                 std::vector<ScalarNodePtr> parameters);
VectorNodePtr make_aggregation(const Aggregation& aggregation, VectorNodePtr operand);
/// topk, bottomk and quantile: those that order the elements of a group.
VectorNodePtr make_ranking(const Aggregation& aggregation, ScalarNodePtr parameter,
                           VectorNodePtr operand);

/// One side a scalar; `scalar_left` says which.
VectorNodePtr make_vector_scalar(const Binary& binary, VectorNodePtr vector, ScalarNodePtr scalar,
                                 bool scalar_left);
VectorNodePtr make_vector_vector(const Binary& binary, VectorNodePtr left, VectorNodePtr right);
/// With `group_left` or `group_right`.
VectorNodePtr make_join(const Binary& binary, VectorNodePtr left, VectorNodePtr right);
VectorNodePtr make_set_operation(const Binary& binary, VectorNodePtr left, VectorNodePtr right);

}  // namespace outrider::promql
