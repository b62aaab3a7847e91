/** @see Graph v1.0 schema, enum `changeType` */
export type ChangeType = "created" | "updated" | "deleted";

/**
 * One notification as Graph documents it. Real notifications vary in spelling: parse them with `parseNotifications`
 * of `@graph-dtmf/notifications`.
 *
 * @see Graph v1.0, resource type `commsNotification`
 */
export interface CommsNotification {
  "@odata.type"?: "#microsoft.graph.commsNotification";
  changeType: ChangeType;
  /** Path of the resource that changed, such as `/communications/calls/{id}/operations/{id}`. */
  resourceUrl: string;
  /** One entity or a list of entities. */
  resourceData?: unknown;
  [member: string]: unknown;
}

/**
 * The body of every POST to a bot's callback URL.
 *
 * @see Graph v1.0, resource type `commsNotifications`
 */
export interface CommsNotifications {
  "@odata.type"?: "#microsoft.graph.commsNotifications";
  value: CommsNotification[];
}
