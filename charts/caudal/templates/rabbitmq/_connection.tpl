{{/* Takes a list: root, user, lane (empty if none). */}}
{{- define "caudal.connection.rabbitmq" -}}
{{- $root := index . 0 -}}
{{- $app := index . 1 -}}
{{- $in := $root.Values.rabbitmq -}}
{{- $out := $root.Values.externalRabbitmq -}}
{{- $names := include "caudal.laneNames" (list $root "rabbitmq" (index . 2)) | fromYaml -}}
{{- $queues := list -}}
{{- range include "caudal.lanesOf" (list $root "rabbitmq") | fromYaml -}}
{{- $queues = append $queues (ternary .subscription (printf "%s=%s" .subscription .deadLetters) (and (eq .subscription $in.queue) (eq .deadLetters $names.deadLetters))) -}}
{{- end -}}
env:
  RABBITMQ_URL: {{ ternary (printf "amqp://%s:5672" (include "caudal.name" (list $root "rabbitmq"))) $out.url $in.enabled | quote }}
{{- if eq $app "consumer" }}
  RABBITMQ_QUEUE: {{ $names.subscription | quote }}
{{- if ne $names.subscription $in.queue }}
  RABBITMQ_EXCHANGE: {{ $in.queue | quote }}
{{- end }}
{{- else }}
  RABBITMQ_QUEUE: {{ $in.queue | quote }}
{{- end }}
  RABBITMQ_DEAD_LETTER_QUEUE: {{ $names.deadLetters | quote }}
{{- if and (eq $app "ingest") (ne (join "," $queues) $in.queue) }}
  RABBITMQ_QUEUES: {{ join "," $queues | quote }}
{{- end }}
  RABBITMQ_TOPOLOGY: {{ ternary "check" $out.topology $in.enabled }}
  RABBITMQ_DELIVERY_LIMIT: {{ $in.deliveryLimit | int64 }}
{{- if eq $app "console" }}
{{- with ternary (printf "http://%s:15672" (include "caudal.name" (list $root "rabbitmq"))) $out.managementUrl $in.enabled }}
  RABBITMQ_MANAGEMENT_URL: {{ . }}
{{- end }}
{{- end }}
{{- if $in.enabled }}
  RABBITMQ_USERNAME: {{ $app | quote }}
secrets:
  RABBITMQ_PASSWORD: { secret: {{ include "caudal.secretName" (list $root "rabbitmq" $in.auth.existingSecret) | quote }}, key: {{ printf "%s-password" $app | quote }} }
{{- else }}
{{- with include "caudal.externalPassword" (list $root $out $app) }}
  RABBITMQ_USERNAME: {{ index $out.usernames $app | quote }}
secrets:
  RABBITMQ_PASSWORD: {{- . | nindent 4 }}
{{- end }}
{{- end }}
{{- if and (not $in.enabled) $out.caSecret }}
caSecret: {{ $out.caSecret | quote }}
{{- end }}
{{- end -}}
