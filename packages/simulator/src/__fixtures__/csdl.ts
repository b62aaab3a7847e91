/** A property or parameter of the schema. */
interface Member {
  type: string;
  nullable: boolean;
}

interface ObjectType {
  base: string | undefined;
  open: boolean;
  abstract: boolean;
  members: Map<string, Member>;
}

/** What a CSDL document says, as far as payloads can be checked against it. */
export interface Schema {
  enums: Map<string, string[]>;
  types: Map<string, ObjectType>;
  /** Parameters by action, without the binding one. */
  actions: Map<string, { parameters: Map<string, Member>; returns: string | undefined }>;
}

const attribute = (tag: string, name: string): string | undefined => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
const short = (type: string): string => type.replace(/^#?(microsoft\.)?graph\./, "");

/** Each element of a name: its opening tag, and what it holds. */
function* elements(xml: string, name: string): Generator<{ tag: string; inner: string }> {
  const pattern = new RegExp(`<${name}(\\s[^>]*?)(?:/>|>([\\s\\S]*?)</${name}>)`, "g");
  for (const [, tag = "", inner = ""] of xml.matchAll(pattern)) yield { tag, inner };
}

function membersIn(xml: string, element: string): Map<string, Member> {
  return new Map(
    [...elements(xml, element)].map(({ tag }) => [
      attribute(tag, "Name") ?? "",
      { type: attribute(tag, "Type") ?? "", nullable: attribute(tag, "Nullable") !== "false" },
    ]),
  );
}

/** Reads a CSDL document. */
export function parseCsdl(xml: string): Schema {
  const schema: Schema = { enums: new Map(), types: new Map(), actions: new Map() };
  for (const { tag, inner } of elements(xml, "EnumType")) {
    schema.enums.set(attribute(tag, "Name") ?? "", [...membersIn(inner, "Member").keys()]);
  }
  for (const { tag, inner } of [...elements(xml, "ComplexType"), ...elements(xml, "EntityType")]) {
    const base = attribute(tag, "BaseType");
    schema.types.set(attribute(tag, "Name") ?? "", {
      base: base && short(base),
      open: attribute(tag, "OpenType") === "true",
      abstract: attribute(tag, "Abstract") === "true",
      members: membersIn(inner, "Property"),
    });
  }
  for (const { tag, inner } of elements(xml, "Action")) {
    const parameters = membersIn(inner, "Parameter");
    parameters.delete("bindingParameter");
    const returns = [...elements(inner, "ReturnType")].map((element) => attribute(element.tag, "Type"))[0];
    schema.actions.set(attribute(tag, "Name") ?? "", { parameters, returns: returns && short(returns) });
  }
  return schema;
}

/** Whether a payload tells all of an entity, or only what changed. */
export type Extent = "whole" | "changes";

/** Checks payloads against a schema; what comes back is a list of everything that is wrong. */
export class Checker {
  readonly #schema: Schema;

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  /** Checks the body of an action. */
  parameters(action: string, body: unknown): string[] {
    const parameters = this.#schema.actions.get(action)?.parameters;
    if (!parameters) return [`no action ${action}`];
    return isObject(body) ? this.#members({ members: parameters, open: false }, body, "whole") : ["no object"];
  }

  /** The type that an action returns. */
  returnType(action: string): string {
    return this.#schema.actions.get(action)?.returns ?? "none";
  }

  /** Checks a value of a type, such as `graph.call` or `Collection(graph.tone)`. */
  value(type: string, value: unknown, extent: Extent = "whole"): string[] {
    const element = /^Collection\((.+)\)$/.exec(type)?.[1];
    if (element !== undefined) {
      if (!Array.isArray(value)) return [`${type}: no list`];
      return value.flatMap((item) => this.value(element, item, extent));
    }
    if (type.startsWith("Edm.")) return primitive(type, value) ? [] : [`${type}: ${JSON.stringify(value)}`];
    const name = short(type);
    const members = this.#schema.enums.get(name);
    if (members)
      return members.some((member) => onTheWire(member) === value) ? [] : [`${name}: ${JSON.stringify(value)}`];
    return this.#object(name, value, extent);
  }

  #object(declared: string, value: unknown, extent: Extent): string[] {
    if (!isObject(value)) return [`${declared}: no object`];
    const said = value["@odata.type"];
    const actual = typeof said === "string" ? short(said) : declared;
    if (typeof said === "string" && !said.startsWith("#")) return [`${declared}: @odata.type ${said}`];
    const type = this.#schema.types.get(actual);
    if (!type) return [`${actual}: no such type`];
    if (type.abstract) return [`${actual} is abstract`];
    const line = this.#lineOf(actual);
    if (!line.includes(declared)) return [`${actual} is no ${declared}`];
    const members = new Map(line.flatMap((name) => [...(this.#schema.types.get(name)?.members ?? [])]));
    return this.#members({ members, open: type.open }, value, extent).map((problem) => `${actual}.${problem}`);
  }

  #members(
    type: { members: Map<string, Member>; open: boolean },
    value: Record<string, unknown>,
    extent: Extent,
  ): string[] {
    const strangers = type.open ? [] : Object.keys(value).filter((key) => !key.includes("@") && !type.members.has(key));
    const wrong = [...type.members].flatMap(([name, member]) => {
      const held = value[name];
      if (held === undefined) return member.nullable || extent === "changes" ? [] : [`${name} is missing`];
      if (held === null) return member.nullable ? [] : [`${name} is null`];
      return this.value(member.type, held, "whole").map((problem) => `${name}: ${problem}`);
    });
    return [...strangers.map((name) => `${name} is not declared`), ...wrong];
  }

  /** A type and those that it derives from. */
  #lineOf(name: string): string[] {
    const base = this.#schema.types.get(name)?.base;
    return base === undefined ? [name] : [name, ...this.#lineOf(base)];
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The schema writes some enums in PascalCase; the wire never does. */
const onTheWire = (member: string): string => member.charAt(0).toLowerCase() + member.slice(1);

function primitive(type: string, value: unknown): boolean {
  if (type === "Edm.String") return typeof value === "string";
  if (type === "Edm.Boolean") return typeof value === "boolean";
  if (type === "Edm.Int64") return Number.isSafeInteger(value);
  return type === "Edm.Int32" && Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;
}
