// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import dev.cel.common.exceptions.CelAttributeNotFoundException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelValue;
import dev.cel.common.values.SelectableValue;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 * CEL's planner walks every plain Map whole, each time that an expression touches it, to adapt the
 * values in it: with ten claims that is 1.5 µs for one comparison. A CelValue it takes as it is, so
 * this map is one, though that class asks not to be extended: the price is looked at again with
 * every new version of cel-java, and ViewMapTest shows whether the walk is still avoided.
 */
/** A map as CEL sees it, whose entries are read from the request only when asked for. */
@SuppressWarnings("Immutable") // What it views does not change while a request is decided.
final class ViewMap extends CelValue implements Map<Object, Object>, SelectableValue<String> {
  private static final CelType TYPE = MapType.create(SimpleType.STRING, SimpleType.DYN);

  /** Where the entries are. */
  interface Entries {
    /** The value as CEL takes it; null when there is none. */
    @Nullable Object get(String name);

    Set<String> names();
  }

  private final Entries entries;

  ViewMap(Entries entries) {
    this.entries = entries;
  }

  @Override
  public Object value() {
    return this;
  }

  @Override
  public boolean isZeroValue() {
    return isEmpty();
  }

  @Override
  public CelType celType() {
    return TYPE;
  }

  @Override
  public Object select(String field) {
    Object found = entries.get(field);
    if (found == null) {
      throw CelAttributeNotFoundException.forMissingMapKey(field);
    }
    return found;
  }

  @Override
  public Optional<Object> find(String field) {
    return Optional.ofNullable(entries.get(field));
  }

  @Override
  public @Nullable Object get(@Nullable Object key) {
    return key instanceof String name ? entries.get(name) : null;
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return get(key) != null;
  }

  @Override
  public boolean containsValue(@Nullable Object value) {
    return values().contains(value);
  }

  @Override
  public int size() {
    return entries.names().size();
  }

  @Override
  public boolean isEmpty() {
    return entries.names().isEmpty();
  }

  @Override
  public Set<Object> keySet() {
    return new LinkedHashSet<>(entries.names());
  }

  @Override
  public Collection<Object> values() {
    List<Object> values = new ArrayList<>();
    for (String name : entries.names()) {
      values.add(select(name));
    }
    return values;
  }

  @Override
  public Set<Entry<Object, Object>> entrySet() {
    Set<Entry<Object, Object>> set = new LinkedHashSet<>();
    for (String name : entries.names()) {
      set.add(new SimpleImmutableEntry<>(name, select(name)));
    }
    return set;
  }

  @Override
  public Object put(Object key, Object value) {
    throw new UnsupportedOperationException("a view of a request");
  }

  @Override
  public Object remove(@Nullable Object key) {
    throw new UnsupportedOperationException("a view of a request");
  }

  @Override
  public void putAll(Map<?, ?> other) {
    throw new UnsupportedOperationException("a view of a request");
  }

  @Override
  public void clear() {
    throw new UnsupportedOperationException("a view of a request");
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Map<?, ?> map && entrySet().equals(map.entrySet());
  }

  @Override
  public int hashCode() {
    return entrySet().hashCode();
  }

  @Override
  public String toString() {
    return "names " + entries.names();
  }
}
