"""The configuration of the Dovecot that tests start (2.3), to be filled with `format`."""

TLS = "ssl = yes\nssl_cert = <{server}\nssl_key = <{key}"
FOLDER = '  mailbox "{name}" {{\n{use}    auto = subscribe\n  }}\n'
USE = "    special_use = \\{name}\n"
TEXT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
default_internal_user = {name}
default_internal_group = {group}
default_login_user = {name}
first_valid_uid = {first_uid}
first_valid_gid = {first_gid}
listen = 127.0.0.1
protocols = imap submission lmtp
mail_location = maildir:~/Maildir
mail_max_userip_connections = 200
mailbox_list_index = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
disable_plaintext_auth = no
hostname = mx.harbour.example
{tls}
submission_relay_host = 127.0.0.1
submission_relay_port = {relay_port}
{extra_passdb}
passdb {{
  driver = passwd-file
  args = {files}
}}
userdb {{
  driver = passwd-file
  args = {folder}/users
}}
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
{folders}}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap_port}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {imaps}
    ssl = yes
  }}
}}
service submission-login {{
  chroot =
  inet_listener submission {{
    address = 127.0.0.1
    port = {smtp_port}
  }}
  inet_listener submissions {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp_port}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
{extra}
"""
