import { program } from "../../tsup.base.ts";

export default program("src/main.ts", "src/servers-under-test.ts", "src/graph-stub.ts");
