/** An OpenAPI 3.1 document, as far as this server says anything in one. Source: https://spec.openapis.org/oas/v3.1.1.html */

export type OpenApiSchema = Readonly<Record<string, unknown>>;

export interface OpenApiParameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required: boolean;
  readonly description: string;
  readonly schema: OpenApiSchema;
}

export interface OpenApiAnswer {
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema: OpenApiSchema }>>;
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly OpenApiParameter[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, { readonly schema: OpenApiSchema }>>;
  };
  readonly responses: Readonly<Record<string, OpenApiAnswer>>;
  readonly security?: readonly OpenApiSchema[];
}

export interface OpenApi {
  readonly openapi: "3.1.1";
  readonly info: Readonly<Record<"title" | "version" | "summary" | "description", string>>;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, OpenApiSchema>>>>;
}
