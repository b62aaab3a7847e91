// Tests also import some scripts. The paths are compared after resolving symbolic links: else a check that is started
// through a link would do nothing, and pass.
import { realpathSync } from "node:fs";

/**
 * Returns whether a module is the program that was started, instead of being imported.
 *
 * @param {ImportMeta} meta
 */
export const isProgram = (meta) => process.argv[1] !== undefined && realpathSync(process.argv[1]) === meta.filename;
