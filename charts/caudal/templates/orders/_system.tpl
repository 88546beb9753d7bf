{{/*
The orders system: a shop that takes orders in by an API, moves them by a processor and mails by a notifier; with a mailbox that
receives these mails where there is no other mail server.
*/}}

{{- define "caudal.system.orders" -}}
{{- $orders := .Values.orders -}}
- name: orders-api
  role: entry
  program: services/orders/src/api/main.ts
  container: orders-api
  environment: orders-api
  user: orders-api
  http: 8082
  needs: [kafka, postgresql]
  isApart: true
  scaled: false
  settings: {{- toYaml $orders.api | nindent 4 }}
- name: orders-processor
  role: worker
  program: services/orders/src/processor/main.ts
  container: orders-processor
  environment: orders-processor
  user: orders-processor
  needs: [kafka, postgresql]
  isApart: true
  scaled: false
  settings: {{- toYaml $orders.processor | nindent 4 }}
- name: orders-notifier
  role: worker
  program: services/orders/src/notifier/main.ts
  container: orders-notifier
  environment: orders-notifier
  user: orders-notifier
  needs: [kafka, postgresql]
  {{- if $orders.mailbox.enabled }}
  calls: { orders-mailbox: [1025] }
  {{- end }}
  isApart: true
  scaled: false
  settings: {{- toYaml $orders.notifier | nindent 4 }}
{{- if $orders.mailbox.enabled }}
- name: orders-mailbox
  role: reader
  program: services/orders/src/mailbox/main.ts
  container: orders-mailbox
  environment: orders-mailbox
  http: 8083
  ports: { smtp: 1025 }
  needs: []
  data: /var/lib/caudal/mailbox
  scaled: false
  settings: {{- toYaml $orders.mailbox | nindent 4 }}
{{- end }}
{{- end -}}

{{/* Users of Kafka and PostgreSQL that the system has, as a YAML list; none where it is off. It is asked by the catalogue, and asks nothing of it. */}}
{{- define "caudal.orders.users" -}}
{{- ternary (list "orders-api" "orders-processor" "orders-notifier") list .Values.orders.enabled | toJson -}}
{{- end -}}

{{/* Keys of their passwords, as a YAML list. */}}
{{- define "caudal.orders.passwords" -}}
{{- $keys := list -}}
{{- range include "caudal.orders.users" . | fromYamlArray }}{{ $keys = append $keys (printf "%s-password" .) }}{{ end -}}
{{- toJson $keys -}}
{{- end -}}

{{/* Keys of the system's own Secret, as a YAML list. */}}
{{- define "caudal.orders.secretKeys" -}}
{{- ternary (list "order-id-secret" "mailbox-password") (list "order-id-secret") .Values.orders.mailbox.enabled | toJson -}}
{{- end -}}

{{/*
Public URL of the shop: the one given, that of a route, or the one of a port-forward as the notes show it. Takes the root.
*/}}
{{- define "caudal.orders.publicUrl" -}}
{{- $found := .Values.orders.publicUrl -}}
{{- with .Values.ingress -}}
{{- range ternary .routes list .enabled -}}
{{- if and (not $found) (eq .service "orders-api") .host -}}
{{- $found = printf "http%s://%s%s" (ternary "s" "" (not (empty $.Values.ingress.tls))) .host .path -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $found | default "http://localhost:8082" | trimSuffix "/" -}}
{{- end -}}
