/** The pages: functions from what they show to HTML, and the answers that carry them. */
export { assetResponse } from "./assets.ts";
export { jobEvents } from "./job-events.ts";
export type {
  OpenApi,
  OpenApiAnswer,
  OpenApiOperation,
  OpenApiParameter,
  OpenApiSchema,
} from "./openapi.ts";
export { apiPage } from "./pages/api.ts";
export { guidePage } from "./pages/docs.ts";
export { errorPage } from "./pages/error.ts";
export { signInPage } from "./pages/sign-in.ts";
export { pageResponse, seeOther } from "./response.ts";
export { createPages } from "./show.ts";
export { showOperate } from "./show-operate.ts";
export { showProject, showProjects } from "./show-projects.ts";
export { parseModuleAddress, type Site } from "./site.ts";
