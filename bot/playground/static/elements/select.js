// Every select: fixed options, options from the app, people, channels, conversations; one or many.

import { Combobox } from "../combobox.js";
import { confirmDialog } from "../confirm.js";
import { emojify } from "../emoji.js";
import { summary } from "../mrkdwn.js";
import { channelLabel, nameOf, userName } from "../people.js";
import { store } from "../store.js";
import { naming } from "./index.js";

const PROMPTS = { static: "Choose an option", external: "Search…", users: "Choose a person", channels: "Choose a channel", conversations: "Choose a conversation" };

const isMulti = (element) => element.type.startsWith("multi_");

function words(text) {
  return text?.type === "mrkdwn" ? summary(text.text) : emojify(text?.text ?? "");
}

function asChoice(option) {
  return { key: option.value, label: words(option.text), more: option.description ? words(option.description) : undefined, value: option };
}

function matches(choice, query) {
  return `${choice.label} ${choice.more ?? ""}`.toLowerCase().includes(query.toLowerCase());
}

function build(element, block, ctx, names, { prompt, initial, load, state, remote, minimum }) {
  const multi = isMulti(element);
  const known = ctx.read(block, element);
  const selected = (known ? known.choices ?? [] : initial).filter(Boolean);
  const write = (choices) => ({ type: element.type, ...state(choices.map((choice) => choice.value), multi) });
  // The choices ride along unseen by JSON, so that a redrawn select can show its labels again.
  const remember = (choices) => Object.defineProperty(write(choices), "choices", { value: choices, enumerable: false });
  if (!known) ctx.write(block, element, remember(selected));
  let current = selected;
  const combobox = new Combobox({
    names: naming({ accessibility_label: element.placeholder?.text ?? prompt, ...element }, names), placeholder: words(element.placeholder) || prompt, multi,
    most: element.max_selected_items, remote, minimum, selected, load,
    onChange: async (choices) => {
      if (element.confirm && choices.length && !(await confirmDialog(element.confirm))) {
        combobox.reset(current);
        return;
      }
      current = choices;
      await ctx.changed(block, element, remember(choices));
    },
  });
  return combobox.node;
}

const options = (values, multi) => (multi ? { selected_options: values } : { selected_option: values[0] ?? null });

export function staticSelect(element, block, ctx, names) {
  const groups = (element.option_groups ?? [{ options: element.options ?? [] }]).map((group) => ({ label: words(group.label), options: group.options.map(asChoice) }));
  const initial = isMulti(element) ? element.initial_options ?? [] : [element.initial_option];
  return build(element, block, ctx, names, {
    prompt: PROMPTS.static, initial: initial.filter(Boolean).map(asChoice), state: options,
    load: (query) => groups.map((group) => ({ ...group, options: group.options.filter((option) => matches(option, query)) })),
  });
}

function groupsOf(answer) {
  if (Array.isArray(answer)) return [{ options: answer.map(asChoice) }];
  if (answer?.option_groups) return answer.option_groups.map((group) => ({ label: words(group.label), options: group.options.map(asChoice) }));
  return [{ options: (answer?.options ?? []).map(asChoice) }];
}

export function externalSelect(element, block, ctx, names) {
  const initial = isMulti(element) ? element.initial_options ?? [] : [element.initial_option];
  return build(element, block, ctx, names, {
    prompt: PROMPTS.external, initial: initial.filter(Boolean).map(asChoice), state: options, remote: true, minimum: element.min_query_length ?? 3,
    load: async (query) => groupsOf(await ctx.suggest(block, element, query)),
  });
}

const userChoice = (id) => ({ key: id, label: nameOf(id), more: store.users.get(id)?.name ? `@${store.users.get(id).name}` : undefined, value: id });
const channelChoice = (id) => ({ key: id, label: channelLabel(store.channels.get(id)) || id, value: id });

function people(query) {
  const found = [...store.users.values()].filter((user) => !user.deleted && (!user.is_bot || user.id === store.app?.user_id));
  found.sort((a, b) => Number(b.id === store.me.id) - Number(a.id === store.me.id) || userName(a).localeCompare(userName(b)));
  return found.map((user) => userChoice(user.id)).filter((choice) => matches(choice, query));
}

function channels(query, test) {
  return [...store.channels.values()].filter(test).map((channel) => channelChoice(channel.id)).filter((choice) => matches(choice, query));
}

function listOf(element, kind) {
  const multi = isMulti(element);
  const initial = multi ? element[`initial_${kind}s`] ?? [] : [element[`initial_${kind}`]];
  return { initial: initial.filter(Boolean), state: (values) => (multi ? { [`selected_${kind}s`]: values } : { [`selected_${kind}`]: values[0] ?? null }) };
}

export function usersSelect(element, block, ctx, names) {
  const { initial, state } = listOf(element, "user");
  return build(element, block, ctx, names, { prompt: PROMPTS.users, initial: initial.map(userChoice), state, load: (query) => [{ options: people(query) }] });
}

export function channelsSelect(element, block, ctx, names) {
  const { initial, state } = listOf(element, "channel");
  return build(element, block, ctx, names, {
    prompt: PROMPTS.channels, initial: initial.map(channelChoice), state,
    load: (query) => [{ options: channels(query, (channel) => !channel.is_im && !channel.is_private) }],
  });
}

function conversationAllowed(channel, filter = {}) {
  if (filter.exclude_bot_users && channel.is_im && channel.user === store.app?.user_id) return false;
  const kind = channel.is_im ? "im" : channel.is_mpim ? "mpim" : channel.is_private ? "private" : "public";
  return !filter.include || filter.include.includes(kind);
}

export function conversationsSelect(element, block, ctx, names) {
  const { initial, state } = listOf(element, "conversation");
  const fallback = element.default_to_current_conversation && store.place.channel ? [store.place.channel] : [];
  return build(element, block, ctx, names, {
    prompt: PROMPTS.conversations, initial: (initial.length ? initial : fallback).map(channelChoice), state,
    load: (query) => [{ options: channels(query, (channel) => conversationAllowed(channel, element.filter)) }],
  });
}
