// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/** Labels by which namespaces and pods ask to be guarded. */
@NullMarked
package dev.portcullis.crds.enrolment;

import org.jspecify.annotations.NullMarked;
