/** The parts of a package-lock.json that these checks read. */
export interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The entries that record a download address. It may be a mirror that other machines cannot reach. */
export const downloadAddresses = ({ packages }: Lock): string[] =>
  Object.entries(packages)
    .filter(([, { resolved }]) => resolved !== undefined && /^https?:/.test(resolved))
    .map(([path]) => path);

/**
 * The optional dependencies that have no entry. npm omits without a warning what the registry lacks when the lock is
 * written, such as the build for another platform. `npm ci` then fails on that platform, and later on every one.
 */
export const platformGaps = ({ packages }: Lock): string[] =>
  Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {})
      .filter((name) => !placesFor(name, path).some((place) => place in packages))
      .map((name) => `${path}: ${name}`),
  );

/** Where Node.js looks for a dependency of the package at `path`, nearest place first. */
function placesFor(name: string, path: string): string[] {
  const place = path === "" ? `node_modules/${name}` : `${path}/node_modules/${name}`;
  const parent = path.slice(0, Math.max(0, path.lastIndexOf("node_modules/") - 1));
  return path === "" ? [place] : [place, ...placesFor(name, parent)];
}
