// The files of the fiche that is open, under the names that its answers hold. Kept encrypted by the safe.
let place = null;

export const files = {
  /** From now on, files are those of this fiche: `put(name, blob)` and `get(name)`, both promised. */
  of(fiche) {
    place = fiche;
  },
  put: (name, blob) => place.put(name, blob),
  get: (name) => place.get(name),
};

// What the engine itself asks of a manager of files: our widget does the rest.
export default {
  init: async () => true,
  isWaitingForPermissions: () => false,
  getFileUrl: async () => null,
  getObjectUrl: async () => null,
  getCurrentFiles: () => [],
  isTooLarge: () => false,
  getMaxSizeReadable: () => "10 Mo",
};
