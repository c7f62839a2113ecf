/** `source disable`: keeps a source, but does not use it. */
import { sourceSwitch } from "../source-switch.ts";

export default sourceSwitch("disable");
