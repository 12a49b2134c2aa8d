// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Tells the revisions that this process stored from those that others did, and marks dirty for the
 * latter only: what it stored it serves already, and a thousand of its own writes coming back would
 * have everything compiled again for nothing. Thread-safe.
 */
final class OwnRevisions implements ResourceEventHandler<ControllerRevision> {
  private final Runnable dirty;

  /** By the UID of the policy, the name of its revision that was stored last. */
  private final ConcurrentMap<String, String> stored = new ConcurrentHashMap<>();

  OwnRevisions(Runnable dirty) {
    this.dirty = dirty;
  }

  /** Whether a policy's revision was stored, or is being stored. Informers lag behind. */
  boolean stored(String owner, String name) {
    return name.equals(stored.get(owner));
  }

  /** A policy's revision is about to be stored. */
  void storing(String owner, String name) {
    stored.put(owner, name);
  }

  /** It could not be. */
  void notStored(String owner, String name) {
    stored.remove(owner, name);
  }

  @Override
  public void onAdd(ControllerRevision added) {
    if (!own(added)) {
      dirty.run();
    }
  }

  /** A revision never changes: the API server sees to it. */
  @Override
  public void onUpdate(ControllerRevision before, ControllerRevision after) {}

  /** An older revision than the one that this process stored is missed by nobody. */
  @Override
  public void onDelete(ControllerRevision deleted, boolean finalStateUnknown) {
    String name = deleted.getMetadata().getName();
    for (OwnerReference owner : deleted.getMetadata().getOwnerReferences()) {
      String newest = stored.get(owner.getUid());
      notStored(owner.getUid(), name);
      if (newest == null || newest.equals(name)) {
        dirty.run();
      }
    }
  }

  private boolean own(ControllerRevision revision) {
    return revision.getMetadata().getOwnerReferences().stream()
        .anyMatch(owner -> stored(owner.getUid(), revision.getMetadata().getName()));
  }
}
