// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** The sections of an ApiPolicy. */
@NullMarked
package dev.portcullis.crds.v1alpha1.apipolicy;

import org.jspecify.annotations.NullMarked;
