{{/*
The Deployment of a component, or the StatefulSet of one that keeps data. Takes a dict: root, component (of the catalogue),
connections (by server, what `caudal.connection.…` returns), environment (what `caudal.environment.…` returns).
*/}}
{{- define "caudal.deployment" -}}
{{- $root := .root -}}
{{- $component := .component -}}
{{- $name := $component.name -}}
{{- $settings := $component.settings -}}
{{- $labels := dict -}}
{{- with $component.lane }}{{ $_ := set $labels "caudal/lane" . }}{{ end -}}
{{- $env := dict "LOG_LEVEL" $root.Values.logLevel "DRAIN_TIMEOUT_MS" $root.Values.drainTimeoutMs "OPERATIONS_PORT" 9090 -}}
{{- with $component.http }}{{ $_ := set $env "HTTP_PORT" . }}{{ end -}}
{{- $secrets := dict -}}
{{- $cas := .environment.cas | default dict -}}
{{- range $server, $connection := .connections -}}
{{- $env = mergeOverwrite $env ($connection.env | default dict) -}}
{{- $secrets = mergeOverwrite $secrets ($connection.secrets | default dict) -}}
{{- if $connection.caSecret -}}
{{- $_ := set $cas $server $connection.caSecret -}}
{{- $_ := set $env (printf "%s_CA_FILE" (upper $server)) (include "caudal.caFile" $server) -}}
{{- end -}}
{{- end -}}
{{- $secrets = mergeOverwrite $secrets (.environment.secrets | default dict) -}}
{{- range $variable, $value := $settings.env }}{{ $secrets = omit $secrets $variable }}{{ end -}}
{{- $files := ternary $secrets dict $root.Values.secretsAsFiles -}}
{{- range $variable, $from := $files }}
{{- $_ := set $env (printf "%s_FILE" $variable) (printf "/etc/caudal/secrets/%s" $variable) -}}
{{- end -}}
{{- $env = mergeOverwrite $env (.environment.env | default dict) ($settings.env | default dict) -}}
{{- $user := dict "runAsUser" 1000 "runAsGroup" 1000 -}}
{{- $mounts := .environment.mounts | default list -}}
{{- $volumes := .environment.volumes | default list -}}
{{- with $component.data -}}
{{- $user = merge (dict "fsGroup" 1000 "fsGroupChangePolicy" "OnRootMismatch") $user -}}
{{- $mounts = append $mounts (dict "name" "data" "mountPath" .) -}}
{{- with include "caudal.dataVolume" $settings.persistence }}{{ $volumes = concat $volumes (fromYamlArray .) }}{{ end -}}
{{- end -}}
apiVersion: apps/v1
kind: {{ ternary "Deployment" "StatefulSet" (empty $component.data) }}
metadata:
  name: {{ include "caudal.name" (list $root $name) }}
  labels:
    {{- toYaml (merge (include "caudal.labels" (list $root $name) | fromYaml) $labels) | nindent 4 }}
spec:
  {{- if $component.data }}
  serviceName: {{ include "caudal.name" (list $root $name) }}-ops
  replicas: 1
  {{- else if and (not $component.scaled) (not (kindIs "invalid" $settings.replicas)) }}
  replicas: {{ int64 $settings.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  {{- if not $component.data }}
  strategy:
    rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }
  {{- end }}
  selector:
    matchLabels: {{- include "caudal.selector" (list $root $name) | nindent 6 }}
  template:
    metadata: {{- include "caudal.podMetadata" (dict "root" $root "component" $name "pod" $settings.pod "labels" $labels) | nindent 6 }}
    spec:
      {{- $grace := add 10 (ceil (divf $root.Values.drainTimeoutMs 1000)) }}
      {{- include "caudal.podSpec" (dict "root" $root "component" $name "pod" $settings.pod "grace" $grace "apiToken" (not (empty $component.account)) "serviceAccountName" $component.account "securityContext" $user) | nindent 6 }}
      containers:
        - name: {{ $component.container }}
          {{- include "caudal.container" (list $root "caudal") | nindent 10 }}
          {{- /* Of the container's limit. Node.js alone lets its heap grow to 259 MiB in any smaller container, which is then killed. */}}
          command: [node, --max-old-space-size-percentage=50, {{ $component.program }}]
          {{- with $settings.envFrom }}
          envFrom: {{- toYaml . | nindent 12 }}
          {{- end }}
          env:
            {{- range $name, $from := ternary dict $secrets $root.Values.secretsAsFiles }}
            {{- include "caudal.secretEnv" (dict "name" $name "secret" $from.secret "key" $from.key) | nindent 12 }}
            {{- end }}
            {{- include "caudal.plainEnv" $env | trim | nindent 12 }}
          ports:
            {{- with $component.http }}
            - { name: http, containerPort: {{ . }} }
            {{- end }}
            {{- range $port, $number := $component.ports }}
            - { name: {{ $port }}, containerPort: {{ $number }} }
            {{- end }}
            - { name: ops, containerPort: 9090 }
          # Five minutes: on a node without CPU to spare a program that is restarted before it is up never comes up.
          startupProbe:
            httpGet: { path: /livez, port: ops }
            periodSeconds: 1
            timeoutSeconds: 5
            failureThreshold: 300
          livenessProbe:
            httpGet: { path: /livez, port: ops }
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
          readinessProbe:
            httpGet: { path: /readyz, port: ops }
            periodSeconds: 2
            timeoutSeconds: 2
            failureThreshold: 2
          resources: {{- toYaml $settings.resources | nindent 12 }}
          {{- if or $cas $files $mounts }}
          volumeMounts:
            {{- range $name, $_ := $cas }}
            - { name: ca-{{ $name }}, mountPath: /etc/caudal/ca/{{ $name }}, readOnly: true }
            {{- end }}
            {{- if $files }}
            - { name: secrets, mountPath: /etc/caudal/secrets, readOnly: true }
            {{- end }}
            {{- range $mounts }}
            - {{ toJson . }}
            {{- end }}
          {{- end }}
      {{- if or $cas $files $volumes }}
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
        {{- range $volumes }}
        - {{ toJson . }}
        {{- end }}
      {{- end }}
  {{- if $component.data }}
  {{- include "caudal.volumeClaims" (list $root $settings.persistence $name) | indent 2 }}
  {{- end }}
{{- end -}}
