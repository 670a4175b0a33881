import { fileURLToPath } from "node:url";

// No check of the Node.js version and no import of the engine: build files ask this module in
// whatever Node.js runs them, by require() or by import.

/** The folder of baton.h, baton.hpp and baton_napi.h, for an include path. */
export const include: string = fileURLToPath(new URL("../native/include", import.meta.url));

/** The folder with CMake's package "baton", for `baton_DIR` or `CMAKE_PREFIX_PATH`. */
export const cmake: string = fileURLToPath(new URL("../native/cmake", import.meta.url));
