{{/* What the orders system's components have besides their connection to Kafka; see services/_environment.tpl. */}}

{{/* The connection to PostgreSQL and the system's own secrets, as YAML: env, secrets, cas. Takes a list: root, user, keys of secrets by variable. */}}
{{- define "caudal.orders.environment" -}}
{{- $root := index . 0 -}}
{{- $database := include "caudal.connection.postgresql" (list $root "postgresql" (index . 1)) | fromYaml -}}
{{- $own := include "caudal.secretName" (list $root "orders" $root.Values.orders.auth.existingSecret) -}}
{{- $env := dict "POSTGRESQL_URL" $database.url "POSTGRESQL_USERNAME" $database.username -}}
{{- $secrets := dict -}}
{{- $cas := dict -}}
{{- if $database.secret }}{{ $_ := set $secrets "POSTGRESQL_PASSWORD" (dict "secret" $database.secret "key" $database.key) }}{{ end -}}
{{- with $database.caSecret -}}
{{- $_ := set $cas "postgresql" . -}}
{{- $_ := set $env "POSTGRESQL_CA_FILE" (include "caudal.caFile" "postgresql") -}}
{{- end -}}
{{- range $variable, $key := index . 2 }}{{ $_ := set $secrets $variable (dict "secret" $own "key" $key) }}{{ end -}}
{{- dict "env" $env "secrets" $secrets "cas" $cas | toYaml -}}
{{- end -}}

{{- define "caudal.environment.orders-api" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $orders := $root.Values.orders -}}
{{- $result := include "caudal.orders.environment" (list $root $component.user (dict "ORDER_ID_SECRET" "order-id-secret")) | fromYaml -}}
{{- with $orders.api.apiKeys -}}
{{- if .existingSecret }}{{ $_ := set $result.secrets "API_KEYS" (dict "secret" .existingSecret "key" .key) }}{{ end -}}
{{- end -}}
{{- $env := merge $result.env (dict
  "PRE_STOP_DELAY_MS" (int64 $orders.api.preStopDelayMs)
  "PAGE_DIRECTORY" "/app/services/orders/web/dist"
  "ALLOWED_RECIPIENTS" $orders.allowedRecipients
  "DEFAULT_EMAIL" $orders.defaultEmail) -}}
{{- with $orders.mailbox.publicUrl }}{{ $_ := set $env "MAILBOX_URL" . }}{{ end -}}
{{- with $orders.catalogue -}}
{{- if .existingConfigMap -}}
{{- $_ := set $env "CATALOGUE_FILE" (printf "/etc/caudal/catalogue/%s" .key) -}}
{{- if .skipBad }}{{ $_ := set $env "CATALOGUE_SKIP_BAD" "true" }}{{ end -}}
{{- $_ := set $result "mounts" (list (dict "name" "catalogue" "mountPath" "/etc/caudal/catalogue" "readOnly" true)) -}}
{{- $_ := set $result "volumes" (list (dict "name" "catalogue" "configMap" (dict "name" .existingConfigMap "items" (list (dict "key" .key "path" .key))))) -}}
{{- else -}}
{{- $_ := set $env "CATALOGUE_ROWS" (int64 .rows) -}}
{{- $_ := set $env "CATALOGUE_SEED" (int64 .seed) -}}
{{- end -}}
{{- end -}}
{{- set $result "env" $env | toYaml -}}
{{- end -}}

{{- define "caudal.environment.orders-processor" -}}
{{- $root := index . 0 -}}
{{- $orders := $root.Values.orders -}}
{{- $result := include "caudal.orders.environment" (list $root (index . 1).user dict) | fromYaml -}}
{{- $env := merge $result.env (dict
  "STEP_MS" (int64 $orders.stepMs)
  "TICK_MAX_ORDERS" (int64 $orders.processor.tickMaxOrders)
  "RETENTION_DAYS" (int64 $orders.retentionDays)) -}}
{{- set $result "env" $env | toYaml -}}
{{- end -}}

{{/* User name at the mailbox, which has one user. */}}
{{- define "caudal.orders.mailboxUser" -}}
notifier
{{- end -}}

{{- define "caudal.environment.orders-notifier" -}}
{{- $root := index . 0 -}}
{{- $orders := $root.Values.orders -}}
{{- $smtp := $orders.smtp -}}
{{- $mailbox := $orders.mailbox.enabled -}}
{{- $result := include "caudal.orders.environment" (list $root (index . 1).user (ternary (dict "SMTP_PASSWORD" "mailbox-password") dict $mailbox)) | fromYaml -}}
{{- $env := merge $result.env (dict
  "SMTP_CONNECTIONS" (int64 $smtp.connections)
  "MAIL_FROM" ($smtp.from | default "tienda@example.com")
  "PUBLIC_URL" (include "caudal.orders.publicUrl" $root)
  "MAILS_PER_RECIPIENT_PER_MINUTE" (int64 $orders.notifier.mailsPerRecipientPerMinute)
  "MAIL_MAX_ATTEMPTS" (int64 $orders.notifier.maxAttempts)
  "RETENTION_DAYS" (int64 $orders.retentionDays)) -}}
{{- if $mailbox -}}
{{- $env = merge (dict "SMTP_HOST" (include "caudal.name" (list $root "orders-mailbox")) "SMTP_PORT" 1025 "SMTP_SECURITY" "none" "SMTP_USERNAME" (include "caudal.orders.mailboxUser" .)) $env -}}
{{- else -}}
{{- $env = merge (dict "SMTP_HOST" $smtp.host "SMTP_PORT" (int64 $smtp.port) "SMTP_SECURITY" $smtp.security) $env -}}
{{- with $smtp.username }}{{ $_ := set $env "SMTP_USERNAME" . }}{{ end -}}
{{- if $smtp.existingSecret }}{{ $_ := set $result.secrets "SMTP_PASSWORD" (dict "secret" $smtp.existingSecret "key" $smtp.key) }}{{ end -}}
{{- with $smtp.caSecret -}}
{{- $_ := set $result.cas "smtp" . -}}
{{- $_ := set $env "SMTP_CA_FILE" (include "caudal.caFile" "smtp") -}}
{{- end -}}
{{- end -}}
{{- set $result "env" $env | toYaml -}}
{{- end -}}

{{- define "caudal.environment.orders-mailbox" -}}
{{- $root := index . 0 -}}
{{- $own := include "caudal.secretName" (list $root "orders" $root.Values.orders.auth.existingSecret) -}}
env:
  SMTP_PORT: 1025
  MAILBOX_FILE: {{ (index . 1).data }}/mails.jsonl
  MAILBOX_USERNAME: {{ include "caudal.orders.mailboxUser" . }}
secrets:
  MAILBOX_PASSWORD: { secret: {{ $own | quote }}, key: mailbox-password }
{{- end -}}
