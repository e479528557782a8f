<?php

/**
 * Shows each host name in the look of its reseller: product name, logo, colour.
 *
 * The control plane says who a host belongs to. Its answer is kept on disk, so that webmail keeps its look, and keeps
 * working, while the control plane is down.
 */
class livery_brand extends rcube_plugin
{
    /** Seconds for which a kept answer is as good as a new one. */
    private const FRESH = 60;
    /** Seconds after a failed question before the next one is put. */
    private const PATIENCE = 10;
    private const TIMEOUT = 2;
    private const NEUTRAL_COLOUR = '#37474f';

    public function init()
    {
        $this->add_hook('startup', [$this, 'apply']);
    }

    /** Hook `startup`: give the page its brand, or end it. */
    public function apply($args)
    {
        $host = $this->host();
        $kept = $this->look_up($host);
        if ($kept === null) {
            $this->refuse(503, 'This page is not available at the moment. Please try again shortly.');
        }
        if ($kept['brand'] === null) {
            $this->refuse(404, 'There is nothing at this address.');
        }
        $this->dress($kept['brand']);
        return $args;
    }

    /** The host name that was asked for, as the control plane knows it: no port, no local suffix. */
    private function host(): string
    {
        $host = strtolower(preg_replace('/:\d+$/', '', $_SERVER['HTTP_HOST'] ?? ''));
        $local = '.' . $this->setting('local_suffix');
        if (str_ends_with($host, $local)) {
            $host = substr($host, 0, -strlen($local)) . '.' . $this->setting('public_suffix');
        }
        return $host;
    }

    /** ['brand' => array, or null for a host that nobody has]; null when nobody can say. */
    private function look_up(string $host): ?array
    {
        $file = $this->setting('cache') . '/' . hash('sha256', $host) . '.json';
        $kept = is_file($file) ? json_decode(file_get_contents($file), true) : null;
        if ($kept !== null && $kept['look_again'] > time()) {
            return $kept['unknown'] ? null : $kept;
        }
        [$answered, $brand] = $this->ask($host);
        if ($answered) {
            $kept = ['brand' => $brand, 'unknown' => false, 'look_again' => time() + self::FRESH];
        } elseif ($kept === null) {
            $kept = ['brand' => null, 'unknown' => true, 'look_again' => time() + self::PATIENCE];
        } else {
            $kept['look_again'] = time() + self::PATIENCE;
        }
        $this->keep($file, $kept);
        return $kept['unknown'] ? null : $kept;
    }

    /** Ask the control plane: [true, brand or null] or, when it gives no usable answer, [false, null]. */
    private function ask(string $host): array
    {
        $key = trim(file_get_contents($this->setting('key_file')));
        $context = stream_context_create(['http' => [
            'header' => "X-Livery-Webmail-Key: $key\r\nAccept: application/json\r\n",
            'timeout' => self::TIMEOUT,
            'ignore_errors' => true,
            'follow_location' => 0,
        ]]);
        // The web being away is expected here; what happens then is decided by the caller.
        $body = @file_get_contents($this->setting('url') . '?host=' . rawurlencode($host), false, $context);
        $status = (int) (explode(' ', $http_response_header[0] ?? '')[1] ?? 0);
        if ($status === 404) {
            return [true, null];
        }
        $brand = $status === 200 ? json_decode((string) $body, true) : null;
        if (!is_array($brand) || !is_string($brand['product_name'] ?? null)) {
            rcube::write_log('errors', "livery_brand: no brand for $host, status $status");
            return [false, null];
        }
        return [true, $brand];
    }

    private function keep(string $file, array $kept): void
    {
        $draft = $file . '.' . getmypid();
        if (file_put_contents($draft, json_encode($kept)) === false || !rename($draft, $file)) {
            rcube::write_log('errors', "livery_brand: cannot write $file");
        }
    }

    private function dress(array $brand): void
    {
        $rcmail = rcmail::get_instance();
        $colour = $brand['colour'] ?? '';
        if (!is_string($colour) || !preg_match('/^#[0-9a-f]{6}$/i', $colour)) {
            $colour = self::NEUTRAL_COLOUR;
        }
        $name = trim($brand['product_name']) ?: 'Webmail';
        $logo = $this->reachable($brand['logo_url'] ?? '') ?: $this->initial($name, $colour);
        $rcmail->config->set('product_name', $name);
        $rcmail->config->set('support_url', $this->reachable($brand['support_url'] ?? ''));
        $rcmail->config->set('skin_logo', array_fill_keys(
            ['*', '[favicon]', '[small]', '[dark]', '[small-dark]', '[print]'],
            $logo
        ));
        if ($rcmail->output instanceof rcmail_output_html) {
            $rcmail->output->add_header('<style>' . $this->style($colour) . '</style>');
        }
    }

    /** An address that the browser can open: https, data or mailto only; on a local host name the local form of ours. */
    private function reachable($url): string
    {
        if (!is_string($url) || !preg_match('~^(https://|data:image/|mailto:)~', $url)) {
            return '';
        }
        $asked = strtolower($_SERVER['HTTP_HOST'] ?? '');
        $local = preg_quote($this->setting('local_suffix'), '~');
        if (preg_match("~\.$local(:\d+)?$~", $asked, $match)) {
            $public = preg_quote($this->setting('public_suffix'), '~');
            $replacement = '.' . $this->setting('local_suffix') . ($match[1] ?? '');
            return preg_replace("~^(https://[^/:]+)\.$public(?=/|$)~", '$1' . $replacement, $url);
        }
        return $url;
    }

    /** A sign for brands without a logo: their first letter on their colour. */
    private function initial(string $name, string $colour): string
    {
        $letter = htmlspecialchars(mb_strtoupper(mb_substr($name, 0, 1)), ENT_XML1);
        $svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
            . "<rect width=\"64\" height=\"64\" rx=\"12\" fill=\"$colour\"/>"
            . '<text x="32" y="45" font-family="sans-serif" font-size="38" text-anchor="middle" fill="'
            . $this->readable_on($colour) . "\">$letter</text></svg>";
        return 'data:image/svg+xml;base64,' . base64_encode($svg);
    }

    private function style(string $colour): string
    {
        $text = $this->readable_on($colour);
        return <<<CSS
            #layout-menu, #layout-menu .popover-header, #taskmenu .special-buttons { background-color: $colour !important; }
            #taskmenu a, #taskmenu .action-buttons a, #taskmenu .special-buttons a { color: $text !important; }
            #taskmenu a:hover, #taskmenu a:focus, #taskmenu a.selected { background-color: rgba(127, 127, 127, .35); }
            #layout-menu .special-buttons a:not(:focus):not(:hover) { background: transparent !important; }
            #taskmenu a.about { display: none; }
            .folderlist li.mailbox .unreadcount { background: $colour !important; color: $text !important; }
            .floating-action-buttons a.button { background-color: $colour !important; color: $text !important; }
            .task-login #login-footer a { color: inherit; text-decoration: underline; }
            .btn-primary, .btn-primary:hover, .btn-primary:focus, button.mainaction, .ui-dialog .btn-primary,
            html.dark-mode .btn-primary { background-color: $colour; border-color: $colour; color: $text; }
            .btn-primary:hover, .btn-primary:focus { filter: brightness(.92); }
            .task-login #layout-content { border-top: .5rem solid $colour; }
            #logo { max-height: 6rem; max-width: 16rem; }
            CSS;
    }

    /** Black or white, whichever can be read on a colour (relative luminance as in WCAG 2). */
    private function readable_on(string $colour): string
    {
        $luminance = 0.0;
        foreach ([[1, 0.2126], [3, 0.7152], [5, 0.0722]] as [$at, $weight]) {
            $part = hexdec(substr($colour, $at, 2)) / 255;
            $luminance += $weight * ($part <= 0.04045 ? $part / 12.92 : (($part + 0.055) / 1.055) ** 2.4);
        }
        return $luminance > 0.179 ? '#000000' : '#ffffff';
    }

    private function setting(string $name): string
    {
        return (string) rcube::get_instance()->config->get("livery_brand_$name");
    }

    private function refuse(int $status, string $text): void
    {
        http_response_code($status);
        header('Content-Type: text/plain; charset=utf-8');
        if ($status === 503) {
            header('Retry-After: ' . self::PATIENCE);
        }
        exit("$text\n");
    }
}
