import { isRecord } from "@graph-dtmf/models/internal";

/** A property or parameter of the schema. */
interface Property {
  type: string;
  nullable: boolean;
}

interface ObjectType {
  base: string | undefined;
  open: boolean;
  abstract: boolean;
  properties: Map<string, Property>;
}

/** The parts of a CSDL document that payloads are checked against. */
interface CsdlSchema {
  enums: Map<string, string[]>;
  types: Map<string, ObjectType>;
  /** The parameters of actions, without the binding parameter. */
  actions: Map<string, { parameters: Map<string, Property>; returns: string | undefined }>;
}

const attribute = (tag: string, name: string): string | undefined => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
const stripNamespace = (type: string): string => type.replace(/^#?(microsoft\.)?graph\./, "");

/** Yields the elements of a name: the opening tag and the content. */
function* elements(xml: string, name: string): Generator<{ tag: string; inner: string }> {
  const pattern = new RegExp(`<${name}(\\s[^>]*?)(?:/>|>([\\s\\S]*?)</${name}>)`, "g");
  for (const [, tag = "", inner = ""] of xml.matchAll(pattern)) yield { tag, inner };
}

function readProperties(xml: string, element: string): Map<string, Property> {
  return new Map(
    [...elements(xml, element)].map(({ tag }) => [
      attribute(tag, "Name") ?? "",
      { type: attribute(tag, "Type") ?? "", nullable: attribute(tag, "Nullable") !== "false" },
    ]),
  );
}

/** Reads a CSDL document. */
export function parseCsdl(xml: string): CsdlSchema {
  const schema: CsdlSchema = { enums: new Map(), types: new Map(), actions: new Map() };
  for (const { tag, inner } of elements(xml, "EnumType")) {
    schema.enums.set(attribute(tag, "Name") ?? "", [...readProperties(inner, "Member").keys()]);
  }
  for (const { tag, inner } of [...elements(xml, "ComplexType"), ...elements(xml, "EntityType")]) {
    const base = attribute(tag, "BaseType");
    schema.types.set(attribute(tag, "Name") ?? "", {
      base: base && stripNamespace(base),
      open: attribute(tag, "OpenType") === "true",
      abstract: attribute(tag, "Abstract") === "true",
      properties: readProperties(inner, "Property"),
    });
  }
  for (const { tag, inner } of elements(xml, "Action")) {
    const parameters = readProperties(inner, "Parameter");
    parameters.delete("bindingParameter");
    const returns = [...elements(inner, "ReturnType")].map((element) => attribute(element.tag, "Type"))[0];
    schema.actions.set(attribute(tag, "Name") ?? "", { parameters, returns: returns && stripNamespace(returns) });
  }
  return schema;
}

/** Whether a payload contains a whole entity, or only changed properties. */
type Extent = "whole" | "changes";

/** Checks payloads against a schema. Each check returns a list of all errors. */
export class PayloadChecker {
  readonly #schema: CsdlSchema;

  constructor(schema: CsdlSchema) {
    this.#schema = schema;
  }

  /** Checks the body of an action. */
  checkParameters(action: string, body: unknown): string[] {
    const parameters = this.#schema.actions.get(action)?.parameters;
    if (!parameters) return [`no action ${action}`];
    return isRecord(body)
      ? this.#checkProperties({ properties: parameters, open: false }, body, "whole")
      : ["no object"];
  }

  /** The type that an action returns. */
  returnType(action: string): string {
    return this.#schema.actions.get(action)?.returns ?? "none";
  }

  /** Checks a value of a type, such as `graph.call` or `Collection(graph.tone)`. */
  checkValue(type: string, value: unknown, extent: Extent = "whole"): string[] {
    const element = /^Collection\((.+)\)$/.exec(type)?.[1];
    if (element !== undefined) {
      if (!Array.isArray(value)) return [`${type}: no array`];
      return value.flatMap((item) => this.checkValue(element, item, extent));
    }
    if (type.startsWith("Edm.")) return isPrimitive(type, value) ? [] : [`${type}: ${JSON.stringify(value)}`];
    const name = stripNamespace(type);
    const members = this.#schema.enums.get(name);
    if (members)
      return members.some((member) => toWireSpelling(member) === value) ? [] : [`${name}: ${JSON.stringify(value)}`];
    return this.#checkObject(name, value, extent);
  }

  #checkObject(declared: string, value: unknown, extent: Extent): string[] {
    if (!isRecord(value)) return [`${declared}: no object`];
    const odataType = value["@odata.type"];
    const actual = typeof odataType === "string" ? stripNamespace(odataType) : declared;
    if (typeof odataType === "string" && !odataType.startsWith("#")) return [`${declared}: @odata.type ${odataType}`];
    const type = this.#schema.types.get(actual);
    if (!type) return [`${actual}: no such type`];
    if (type.abstract) return [`${actual} is abstract`];
    const types = this.#withBaseTypes(actual);
    if (!types.includes(declared)) return [`${actual} is no ${declared}`];
    const properties = new Map(types.flatMap((name) => [...(this.#schema.types.get(name)?.properties ?? [])]));
    return this.#checkProperties({ properties, open: type.open }, value, extent).map(
      (problem) => `${actual}.${problem}`,
    );
  }

  #checkProperties(
    type: { properties: Map<string, Property>; open: boolean },
    value: Record<string, unknown>,
    extent: Extent,
  ): string[] {
    const undeclared = type.open
      ? []
      : Object.keys(value).filter((key) => !key.includes("@") && !type.properties.has(key));
    const errors = [...type.properties].flatMap(([name, property]) => {
      const given = value[name];
      if (given === undefined) return property.nullable || extent === "changes" ? [] : [`${name} is missing`];
      if (given === null) return property.nullable ? [] : [`${name} is null`];
      return this.checkValue(property.type, given, "whole").map((problem) => `${name}: ${problem}`);
    });
    return [...undeclared.map((name) => `${name} is not declared`), ...errors];
  }

  /** A type and its base types. */
  #withBaseTypes(name: string): string[] {
    const base = this.#schema.types.get(name)?.base;
    return base === undefined ? [name] : [name, ...this.#withBaseTypes(base)];
  }
}

/** The schema writes some enum members in PascalCase, payloads never do. */
const toWireSpelling = (member: string): string => member.charAt(0).toLowerCase() + member.slice(1);

function isPrimitive(type: string, value: unknown): boolean {
  if (type === "Edm.String") return typeof value === "string";
  if (type === "Edm.Boolean") return typeof value === "boolean";
  if (type === "Edm.Int64") return Number.isSafeInteger(value);
  return type === "Edm.Int32" && Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;
}
