/**
 * Holds a value against a schema of an OpenAPI document, as far as this project's own schemas go. Stricter than
 * JSON Schema: what is not described is wrong.
 */

export interface Schema {
  readonly $ref?: string;
  readonly oneOf?: readonly Schema[];
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

export type Schemas = Readonly<Record<string, Schema>>;

/** @param schemas as they were parsed: each property has an object of its own, by which it is known */
export function createComparison(schemas: Schemas) {
  const seen = new Set<Schema>();

  const problemsOf = (schema: Schema, value: unknown, at: string): string[] => {
    if (schema.$ref !== undefined) {
      const name = schema.$ref.split("/").at(-1)!;
      return schemas[name] ? problemsOf(schemas[name], value, at) : [`there is no ${schema.$ref}`];
    }
    if (schema.oneOf) {
      const each = schema.oneOf.map((choice) => problemsOf(choice, value, at));
      return each.find((problems) => problems.length === 0) ?? each.flat();
    }
    const type = typeOf(value);
    const types = [schema.type ?? []].flat();
    if (!types.includes(type)) return [`${at} is ${type}, not ${types.join(" or ")}`];
    if (schema.enum && !schema.enum.includes(value)) return [`${at} is ${value}`];
    if (typeof value === "string" && schema.pattern && !new RegExp(schema.pattern).test(value)) {
      return [`${at} does not match ${schema.pattern}`];
    }
    if (typeof value === "number" && value < (schema.minimum ?? value))
      return [`${at} is ${value}`];
    if (Array.isArray(value)) {
      return value.flatMap((item, i) => problemsOf(schema.items!, item, `${at}[${i}]`));
    }
    if (type !== "object" || !schema.properties) return [];
    const fields = value as Readonly<Record<string, unknown>>;
    const missing = (schema.required ?? []).filter((name) => !(name in fields));
    return [
      ...missing.map((name) => `${at}.${name} is missing`),
      ...Object.entries(fields).flatMap(([name, field]) => {
        const property = schema.properties![name];
        if (!property) return [`${at}.${name} is not described`];
        seen.add(property);
        return problemsOf(property, field, `${at}.${name}`);
      }),
    ];
  };

  return {
    /** What is wrong with a value, each with its place. */
    problems: (schema: Schema, value: unknown) => problemsOf(schema, value, "it"),
    /** Properties that are described, and that no value had. */
    unseen: (): string[] =>
      Object.entries(schemas).flatMap(([name, { properties = {} }]) =>
        unseenIn(properties, name, seen),
      ),
  };
}

function unseenIn(
  properties: Readonly<Record<string, Schema>>,
  at: string,
  seen: ReadonlySet<Schema>,
): string[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const inner = schema.properties ?? schema.items?.properties ?? {};
    return [
      ...(seen.has(schema) ? [] : [`${at}.${name}`]),
      ...unseenIn(inner, `${at}.${name}`, seen),
    ];
  });
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}
