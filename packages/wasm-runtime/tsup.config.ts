import { packageBuild } from "../../tsup.base.ts";

export default packageBuild(["src/index.ts", "src/guest-thread.ts", "src/examination-thread.ts"]);
