// SPDX-License-Identifier: Apache-2.0
// How each kind of node is made. Private to promql; bind() puts them together.
#pragma once

#include "promql/ast.hpp"
#include "promql/bind.hpp"
#include "promql/node.hpp"

namespace outrider::promql {

ScalarNodePtr make_number(double value);
ScalarNodePtr make_scalar_negation(ScalarNodePtr operand);
ScalarNodePtr make_scalar_binary(BinaryOperator op, ScalarNodePtr left, ScalarNodePtr right);

VectorNodePtr make_vector_of(ScalarNodePtr scalar);
VectorNodePtr make_selector(const VectorSelector& selector, const BindContext& context);
VectorNodePtr make_range_function(FunctionKind kind, const MatrixSelector& matrix,
                                  const BindContext& context);
VectorNodePtr make_absent(const Expr& argument, VectorNodePtr operand);
VectorNodePtr make_histogram_quantile(ScalarNodePtr quantile, VectorNodePtr buckets);
VectorNodePtr make_vector_negation(VectorNodePtr operand);
VectorNodePtr make_aggregation(const Aggregation& aggregation, VectorNodePtr operand);

/// One side a scalar; `scalar_left` says which.
VectorNodePtr make_vector_scalar(const Binary& binary, VectorNodePtr vector, ScalarNodePtr scalar,
                                 bool scalar_left);
VectorNodePtr make_vector_vector(const Binary& binary, VectorNodePtr left, VectorNodePtr right);
VectorNodePtr make_set_operation(const Binary& binary, VectorNodePtr left, VectorNodePtr right);

}  // namespace outrider::promql
