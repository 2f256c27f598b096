"""The error codes Slack documents, per Web API method."""

COMMON = frozenset(
    [
        "access_denied",
        "account_inactive",
        "accesslimited",
        "deprecated_endpoint",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "fatal_error",
        "internal_error",
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_array_arg",
        "invalid_auth",
        "invalid_charset",
        "invalid_form_data",
        "invalid_json",
        "invalid_post_type",
        "json_not_object",
        "method_deprecated",
        "missing_post_type",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_access_not_granted",
        "team_added_to_org",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
        "upgrade_required",
    ]
)

_POSTING = (
    "channel_not_found duplicate_channel_not_found duplicate_message_not_found"
    " invalid_blocks invalid_blocks_format invalid_metadata_format invalid_metadata_schema"
    " is_archived message_limit_exceeded metadata_must_be_sent_from_app"
    " metadata_too_large msg_blocks_too_long msg_too_long no_text not_in_channel rate_limited"
    " messages_tab_disabled restricted_action restricted_action_non_threadable_channel"
    " restricted_action_read_only_channel restricted_action_thread_locked restricted_action_thread_only_channel"
    " thread_not_found too_many_attachments too_many_contact_cards"
)
_CONVERSATION = "channel_not_found is_archived not_in_channel restricted_action"
_VIEW = "duplicate_external_id hash_conflict invalid_arguments not_found view_too_large"

SPECIFIC: dict[str, frozenset[str]] = {
    method: frozenset(codes.split())
    for method, codes in {
        "apps.uninstall": "bad_client_secret client_id_token_mismatch invalid_client_id user_is_bot",
        "apps.connections.open": "forbidden_team",
        "auth.revoke": "",
        "auth.test": "",
        "bots.info": "bot_not_found",
        "chat.delete": "cant_delete_message channel_not_found is_thread_locked"
        " compliance_exports_prevent_deletion message_not_found",
        "chat.getPermalink": "channel_not_found message_not_found",
        "chat.postEphemeral": f"{_POSTING} user_not_in_channel",
        "chat.postMessage": f"{_POSTING} as_user_not_supported cannot_reply_to_message"
        " invalid_thread_ts is_inactive thread_locked",
        "chat.scheduleMessage": f"{_POSTING} invalid_time time_in_past time_too_far",
        "chat.unfurl": "cannot_find_channel cannot_find_message cannot_find_service"
        " cannot_prompt cannot_unfurl_message cannot_unfurl_url missing_channel missing_ts"
        " missing_unfurls user_is_bot",
        "chat.update": f"{_POSTING} as_user_not_supported cant_update_message"
        " edit_window_closed external_channel_migrating is_inactive message_not_found update_failed",
        "conversations.archive": "already_archived cant_archive_general cant_archive_required channel_not_found"
        " method_not_supported_for_channel_type not_in_channel restricted_action",
        "conversations.leave": f"{_CONVERSATION} cant_leave_general last_member"
        " method_not_supported_for_channel_type",
        "conversations.unarchive": "channel_not_found method_not_supported_for_channel_type not_archived"
        " not_in_channel",
        "conversations.history": f"{_CONVERSATION} invalid_cursor invalid_ts_latest invalid_ts_oldest",
        "conversations.info": "channel_not_found",
        "conversations.invite": f"{_CONVERSATION} already_in_channel cant_invite"
        " cant_invite_self method_not_supported_for_channel_type no_user user_not_found"
        " user_is_restricted",
        "conversations.join": f"{_CONVERSATION} method_not_supported_for_channel_type"
        " missing_charset superfluous_charset user_is_bot user_is_restricted"
        " user_is_ultra_restricted",
        "conversations.list": "invalid_cursor invalid_limit invalid_types",
        "conversations.members": "channel_not_found fetch_members_failed invalid_cursor invalid_limit",
        "conversations.open": "channel_not_found invalid_user_combination not_enough_users"
        " method_not_supported_for_channel_type too_many_users user_disabled user_not_found"
        " user_not_visible users_list_not_supplied",
        "conversations.replies": f"{_CONVERSATION} invalid_cursor invalid_ts_latest"
        " invalid_ts_oldest thread_not_found",
        "files.completeUploadExternal": "channel_not_found file_not_found file_update_failed"
        " invalid_channel is_archived malware_detected not_in_channel posting_to_channel_denied"
        " invalid_blocks",
        "files.getUploadURLExternal": "file_upload_size_restricted missing_argument unknown_snippet_type",
        "files.info": "file_deleted file_not_found timezone_count_failed",
        "functions.completeError": "function_execution_not_found function_not_found"
        " execution_not_in_running_state",
        "functions.completeSuccess": "function_execution_not_found function_not_found"
        " execution_not_in_running_state parameter_validation_failed",
        "oauth.v2.access": "bad_client_secret bad_redirect_uri code_already_used invalid_code"
        " invalid_client_id invalid_refresh_token oauth_authorization_url_mismatch",
        "reactions.add": "already_reacted bad_timestamp channel_not_found invalid_name"
        " is_archived message_not_found no_item_specified not_reactable thread_locked"
        " too_many_emoji too_many_reactions not_in_channel",
        "reactions.get": "bad_timestamp channel_not_found file_not_found message_not_found no_item_specified",
        "reactions.remove": "bad_timestamp channel_not_found file_not_found invalid_name"
        " message_not_found no_item_specified no_reaction",
        "team.info": "team_not_found",
        "usergroups.list": "",
        "users.conversations": "invalid_cursor invalid_limit invalid_types user_not_found"
        " method_not_supported_for_channel_type",
        "users.info": "user_not_found user_not_visible",
        "users.list": "invalid_cursor limit_required",
        "users.lookupByEmail": "users_not_found",
        "users.profile.get": "user_not_found user_not_visible",
        "views.open": f"{_VIEW} exchanged_trigger_id expired_trigger_id invalid_trigger_id",
        "views.publish": f"{_VIEW} not_enabled user_not_found",
        "views.push": f"{_VIEW} exchanged_trigger_id expired_trigger_id invalid_trigger_id"
        " push_limit_reached",
        "views.update": _VIEW,
    }.items()
}


def known(method: str, code: str) -> bool:
    """Whether Slack documents `code` for `method` (`*`: for any)."""
    if code in COMMON:
        return True
    if method == "*":
        return any(code in codes for codes in SPECIFIC.values())
    return code in SPECIFIC.get(method, ())
