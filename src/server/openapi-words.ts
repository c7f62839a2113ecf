/** The words that an OpenAPI 3.1 document is written in. Source: https://spec.openapis.org/oas/v3.1.1.html */

import type {
  OpenApiAnswer as Answer,
  OpenApiParameter as Parameter,
  OpenApiSchema as Schema,
} from "../web/mod.ts";

export const TEXT: Schema = { type: "string" };
export const FLAG: Schema = { type: "boolean" };
export const COUNT: Schema = { type: "integer", minimum: 0 };
export const HASH: Schema = { type: "string", pattern: "^[0-9a-f]{64}$" };
export const orNull = ({ type, ...rest }: Schema): Schema => ({ ...rest, type: [type, "null"] });
export const list = (items: Schema): Schema => ({ type: "array", items });
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
export const object = (
  properties: Readonly<Record<string, Schema>>,
  optional: string[] = [],
): Schema => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});

export const json = (description: string, schema: Schema): Answer => ({
  description,
  content: { "application/json": { schema } },
});
export const failure = (description: string): Answer => json(description, ref("Error"));

export const inPath = (name: string, description: string): Parameter => ({
  name,
  in: "path",
  required: true,
  description,
  schema: TEXT,
});
export const inQuery = (name: string, description: string, schema: Schema): Parameter => ({
  name,
  in: "query",
  required: false,
  description,
  schema,
});
