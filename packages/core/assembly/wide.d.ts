/**
 * 1 in the build for engines that join two 128-bit operations, on vectors side by side, to one of 256 bits; 0 in the others. Set
 * by `scripts/build-wasm.mjs`.
 *
 * V8 starts from two stores side by side and follows both values back to loads side by side, splatted loads, constants and the
 * sums carried round a loop. It gives up where the two were computed in different basic blocks or where a store lies between two
 * operations. So in this build loads come first and stores last, choices are made by masks and not by branches, and blocks have
 * enough sums for vectors twice as long (8 to 12, which as 128-bit ones would not fit the registers).
 */
declare const WIDE: i32;
