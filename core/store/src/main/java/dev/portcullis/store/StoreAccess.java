// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.store;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a store is, and as whom it is reached.
 *
 * @param user null: the server's default user
 * @param passwordFile read for each connection; null: none is asked for
 * @param authorities PEM, who signs the server's certificate; null: whom the JVM trusts
 */
public record StoreAccess(
    ValkeyAddress address,
    @Nullable String user,
    @Nullable Path passwordFile,
    @Nullable Path authorities) {}
