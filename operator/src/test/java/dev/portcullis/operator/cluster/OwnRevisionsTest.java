// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.ControllerRevisionBuilder;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OwnRevisionsTest {
  private final AtomicInteger dirty = new AtomicInteger();
  private final OwnRevisions own = new OwnRevisions(dirty::incrementAndGet);

  @Test
  void doesNotMarkDirtyForWhatThisProcessStored() {
    own.storing("uid", "policy-1");
    own.onAdd(revision("uid", "policy-1"));
    own.storing("uid", "policy-2");
    own.onAdd(revision("uid", "policy-2"));
    own.onUpdate(revision("uid", "policy-2"), revision("uid", "policy-2"));
    own.onDelete(revision("uid", "policy-1"), false);
    assertThat(dirty).hasValue(0);
  }

  @Test
  void marksDirtyForWhatOthersStored() {
    own.storing("uid", "policy-1");
    own.onAdd(revision("uid", "policy-2"));
    own.onAdd(revision("other", "policy-1"));
    assertThat(dirty).hasValue(2);
  }

  @Test
  void marksDirtyWhenItCouldNotStore() {
    own.storing("uid", "policy-1");
    own.notStored("uid", "policy-1");
    assertThat(own.stored("uid", "policy-1")).isFalse();
    own.onAdd(revision("uid", "policy-1"));
    assertThat(dirty).hasValue(1);
  }

  @Test
  void forgetsARevisionThatWasDeleted() {
    own.storing("uid", "policy-1");
    own.onDelete(revision("uid", "policy-1"), false);
    assertThat(own.stored("uid", "policy-1")).isFalse();
    own.onDelete(revision("other", "policy-1"), false);
    assertThat(dirty).hasValue(2);
  }

  private static ControllerRevision revision(String owner, String name) {
    return new ControllerRevisionBuilder()
        .withNewMetadata()
        .withName(name)
        .withOwnerReferences(new OwnerReferenceBuilder().withUid(owner).build())
        .endMetadata()
        .build();
  }
}
