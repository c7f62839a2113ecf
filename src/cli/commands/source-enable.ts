/** `source enable`: uses a source again. */
import { sourceSwitch } from "../source-switch.ts";

export default sourceSwitch("enable");
