# Servers that others wrote, as test peers; read by tests/run. Each is left out with a word when it cannot be had.

# A Telegram-shaped Bot API server from the npm registry.
start_telegram_server() {
    have npm || { say "no npm: the tests against a Telegram-shaped server are left out"; return 0; }
    peers=$scratch/peers
    mkdir "$peers"
    (cd "$peers" && npm init -y >/dev/null 2>&1 && npm install --silent --no-audit --no-fund telegram-test-api@4 >/dev/null 2>&1) ||
        { say "telegram-test-api could not be installed: its tests are left out"; return 0; }
    cat > "$peers/serve.js" <<'JS'
const TelegramServer = require('telegram-test-api');
// The Bot API gives a button press its chat_instance; this server leaves it out.
const formatUpdate = TelegramServer.formatUpdate;
TelegramServer.formatUpdate = (held) => {
    const update = formatUpdate(held);
    if (update.callback_query) update.callback_query.chat_instance = '1';
    return update;
};
const port = Number(process.argv[2]);
const server = new TelegramServer({ port, host: '127.0.0.1', storage: 'RAM', storeTimeout: 600 });
server.start().then(() => console.log('ready'), (error) => { console.error(String(error)); process.exit(1); });
JS
    tries=0
    while [ $tries -lt 10 ]; do
        port=$((21000 + ($$ * 41 + tries * 1013) % 30000))
        (cd "$peers" && exec node serve.js "$port") >"$peers/log" 2>&1 &
        telegram_pid=$!
        waited=0
        while [ $waited -lt 50 ] && kill -0 "$telegram_pid" 2>/dev/null && ! grep -q ready "$peers/log"; do
            sleep 0.2
            waited=$((waited + 1))
        done
        if grep -q ready "$peers/log"; then
            TELEGRAM_TEST_API="http://127.0.0.1:$port"
            export TELEGRAM_TEST_API
            say "Telegram-shaped server on port $port"
            return 0
        fi
        kill "$telegram_pid" 2>/dev/null || true
        telegram_pid=
        tries=$((tries + 1))
    done
    say "telegram-test-api did not start: its tests are left out"
}

find_chromium() {
    for name in chromium chromium-browser google-chrome; do
        if have "$name"; then
            TEST_CHROMIUM=$(command -v "$name")
            export TEST_CHROMIUM
            return 0
        fi
    done
    say "no Chromium: the tests in a browser are left out"
}

# A Mastodon-shaped server from PyPI.
start_mastodon_server() {
    have python3 || install python3 python3-venv
    have python3 || { say "no Python: the tests against a Mastodon-shaped server are left out"; return 0; }
    room=$scratch/mastodon
    python3 -m venv "$room" >/dev/null 2>&1 || { install python3-venv; python3 -m venv "$room" >/dev/null 2>&1; } ||
        { say "no Python environment: the tests against a Mastodon-shaped server are left out"; return 0; }
    "$room/bin/pip" install --quiet --disable-pip-version-check "mastodon-mock==0.6.1" >/dev/null 2>&1 ||
        { say "mastodon-mock could not be installed: its tests are left out"; return 0; }
    tries=0
    while [ $tries -lt 10 ]; do
        port=$((22000 + ($$ * 43 + tries * 1019) % 30000))
        "$room/bin/mastodon_mock" serve --in-memory --host 127.0.0.1 --port "$port" --log-level warning >"$room/log" 2>&1 &
        mastodon_pid=$!
        waited=0
        while [ $waited -lt 100 ] && kill -0 "$mastodon_pid" 2>/dev/null; do
            if python3 -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$port/api/v1/streaming/health')" >/dev/null 2>&1; then
                MASTODON_TEST_API="http://127.0.0.1:$port"
                export MASTODON_TEST_API
                say "Mastodon-shaped server on port $port"
                return 0
            fi
            sleep 0.2
            waited=$((waited + 1))
        done
        kill "$mastodon_pid" 2>/dev/null || true
        mastodon_pid=
        tries=$((tries + 1))
    done
    say "mastodon-mock did not start: its tests are left out"
}
