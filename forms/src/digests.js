// Of node-forge, what digest() of XForms asks: its whole is five times heavier. By path, since this file takes its name.
import forge from "../node_modules/node-forge/lib/forge";
import "../node_modules/node-forge/lib/md.all";
import "../node_modules/node-forge/lib/util";

export const { md, util } = forge;
