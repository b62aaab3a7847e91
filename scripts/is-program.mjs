// Some scripts are also imported by their tests. Comparing paths as they are typed would make a check that was started
// through a symbolic link do nothing, and pass.
import { realpathSync } from "node:fs";

/**
 * Tells whether a module is the program that was started, and not merely imported.
 *
 * @param {ImportMeta} meta
 */
export const isProgram = (meta) => process.argv[1] !== undefined && realpathSync(process.argv[1]) === meta.filename;
