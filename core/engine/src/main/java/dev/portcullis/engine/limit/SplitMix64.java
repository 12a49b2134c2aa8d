// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

/**
 * The finaliser of SplitMix64: numbers that differ little become numbers that have nothing in
 * common. G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number generators" (2014).
 */
public final class SplitMix64 {
  private SplitMix64() {}

  /** Another number; each comes of one number only. */
  public static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return mixed ^ (mixed >>> 31);
  }
}
