// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** Lists of addresses: those that plans bring, and those that stand in files of this machine. */
@NullMarked
package dev.portcullis.extauthz.addresses;

import org.jspecify.annotations.NullMarked;
