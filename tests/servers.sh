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
