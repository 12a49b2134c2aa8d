// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/** What a User-Agent says of itself: a browser, a tool, a robot, or nothing that can be told. */
@NullMarked
package dev.portcullis.engine.bot.agent;

import org.jspecify.annotations.NullMarked;
