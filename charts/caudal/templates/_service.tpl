{{/*
The Deployment of one of Caudal's services.
Takes a dict: root, component, program, settings (its values), connections (a list of what `caudal.connection.…`
returns), cas (Secrets with more CAs, by server, optional), env (plain values), secrets (variables from Secrets), http (port, optional), labels (optional), scaled (true where an autoscaler owns the replicas).
*/}}
{{- define "caudal.deployment" -}}
{{- $root := .root -}}
{{- $env := dict "LOG_LEVEL" $root.Values.logLevel "DRAIN_TIMEOUT_MS" $root.Values.drainTimeoutMs "OPERATIONS_PORT" 9090 -}}
{{- $secrets := dict -}}
{{- $cas := deepCopy (.cas | default dict) -}}
{{- range $name, $connection := .connections -}}
{{- $env = mergeOverwrite $env ($connection.env | default dict) -}}
{{- $secrets = mergeOverwrite $secrets ($connection.secrets | default dict) -}}
{{- if $connection.caSecret -}}
{{- $_ := set $cas $name $connection.caSecret -}}
{{- $_ := set $env (printf "%s_CA_FILE" (upper $name)) (include "caudal.caFile" $name) -}}
{{- end -}}
{{- end -}}
{{- $secrets = mergeOverwrite $secrets (.secrets | default dict) -}}
{{- range $name, $value := .settings.env }}{{ $secrets = omit $secrets $name }}{{ end -}}
{{- $files := ternary $secrets dict $root.Values.secretsAsFiles -}}
{{- range $name, $from := $files }}
{{- $_ := set $env (printf "%s_FILE" $name) (printf "/etc/caudal/secrets/%s" $name) -}}
{{- end -}}
{{- $env = mergeOverwrite $env (.env | default dict) (.settings.env | default dict) -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "caudal.name" (list $root .component) }}
  labels:
    {{- toYaml (merge (include "caudal.labels" (list $root .component) | fromYaml) (.labels | default dict)) | nindent 4 }}
spec:
  {{- if and (not .scaled) (not (kindIs "invalid" .settings.replicas)) }}
  replicas: {{ int64 .settings.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  strategy:
    rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }
  selector:
    matchLabels: {{- include "caudal.selector" (list $root .component) | nindent 6 }}
  template:
    metadata: {{- include "caudal.podMetadata" (dict "root" $root "component" .component "pod" .settings.pod "labels" .labels) | nindent 6 }}
    spec:
      {{- $grace := add 10 (ceil (divf $root.Values.drainTimeoutMs 1000)) }}
      {{- include "caudal.podSpec" (dict "root" $root "component" .component "pod" .settings.pod "grace" $grace "securityContext" (dict "runAsUser" 1000 "runAsGroup" 1000)) | nindent 6 }}
      containers:
        - name: {{ .container }}
          {{- include "caudal.container" (list $root "caudal") | nindent 10 }}
          {{- /* Of the container's limit. Node.js alone lets its heap grow to 259 MiB in any smaller container, which is then killed. */}}
          command: [node, --max-old-space-size-percentage=50, {{ .program }}]
          {{- with .settings.envFrom }}
          envFrom: {{- toYaml . | nindent 12 }}
          {{- end }}
          env:
            {{- range $name, $from := ternary dict $secrets $root.Values.secretsAsFiles }}
            {{- include "caudal.secretEnv" (dict "name" $name "secret" $from.secret "key" $from.key) | nindent 12 }}
            {{- end }}
            {{- include "caudal.plainEnv" $env | trim | nindent 12 }}
          ports:
            {{- with .http }}
            - { name: http, containerPort: {{ . }} }
            {{- end }}
            - { name: ops, containerPort: 9090 }
          livenessProbe:
            httpGet: { path: /livez, port: ops }
            initialDelaySeconds: 10
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
          readinessProbe:
            httpGet: { path: /readyz, port: ops }
            periodSeconds: 2
            timeoutSeconds: 2
            failureThreshold: 2
          resources: {{- toYaml .settings.resources | nindent 12 }}
          {{- if or $cas $files }}
          volumeMounts:
            {{- range $name, $_ := $cas }}
            - { name: ca-{{ $name }}, mountPath: /etc/caudal/ca/{{ $name }}, readOnly: true }
            {{- end }}
            {{- if $files }}
            - { name: secrets, mountPath: /etc/caudal/secrets, readOnly: true }
            {{- end }}
          {{- end }}
      {{- if or $cas $files }}
      volumes:
        {{- range $name, $secret := $cas }}
        - name: ca-{{ $name }}
          secret: { secretName: {{ $secret | quote }}, items: [{ key: ca.crt, path: ca.crt }] }
        {{- end }}
        {{- with $files }}
        - name: secrets
          projected:
            sources:
              {{- range $name, $from := . }}
              - secret: { name: {{ $from.secret | quote }}, items: [{ key: {{ $from.key | quote }}, path: {{ $name }} }] }
              {{- end }}
        {{- end }}
      {{- end }}
{{- end -}}
