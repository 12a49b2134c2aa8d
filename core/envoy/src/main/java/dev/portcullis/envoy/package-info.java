// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Translates a policy plan into the configuration of an Envoy. Pure: it reads a plan and what a
 * proxy says of itself, and yields protobuf messages and text; only {@link
 * dev.portcullis.envoy.EnvoyFiles} writes, and only where it is told to.
 *
 * <pre>
 *   node metadata ──ProxySpec──┐
 *                              ├──EnvoyTranslator──▶ EnvoyResources { listeners, routes, clusters }
 *   RouteId → RoutePlan ───────┘
 *   EnvoyBootstrap: what an Envoy starts with, to fetch them from the operator or from files
 * </pre>
 *
 * <p>{@code filter} has one class per HTTP filter and the table of their order, {@code listener},
 * {@code route} and {@code cluster} one kind of resource each.
 */
@NullMarked
package dev.portcullis.envoy;

import org.jspecify.annotations.NullMarked;
