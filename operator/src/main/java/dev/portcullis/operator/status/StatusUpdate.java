// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import dev.portcullis.crds.v1alpha1.Condition;
import dev.portcullis.crds.v1alpha1.PolicySpec;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A status to write.
 *
 * @param status the record to write
 * @param before the status that the resource has; null: none yet
 * @param conditions of the status
 * @param conditionsBefore of the status that the resource has
 * @param store the policy whose spec must be stored as accepted first; null: none
 */
record StatusUpdate(
    CustomResource<?, ?> resource,
    Object status,
    @Nullable Object before,
    List<Condition> conditions,
    List<Condition> conditionsBefore,
    @Nullable CustomResource<? extends PolicySpec, ?> store) {

  String uid() {
    return resource.getMetadata().getUid();
  }
}
